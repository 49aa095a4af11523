#include "backends/descriptor_schema.hpp"

#include "backends/embedded.hpp"
#include "core/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include <algorithm>
#include <optional>
#include <string_view>

namespace sweetspot {

namespace {

using nlohmann::json;

// A file that is wrong all over is not listed to its last line.
constexpr std::size_t most_problems = 50;

/// The validator writes a member as "[name]" and the document as "<root>".
std::vector<std::string> path_of(const std::vector<std::string>& context) {
  std::vector<std::string> path;
  for (const std::string& step : context) {
    if (step.size() >= 2 && step.front() == '[') path.push_back(step.substr(1, step.size() - 2));
  }
  return path;
}

std::string pointer_of(const std::vector<std::string>& path) {
  if (path.empty()) return "/";
  std::string pointer;
  for (const std::string& step : path) {
    pointer += '/';
    for (const char c : step) {
      if (c == '~') {
        pointer += "~0";
      } else if (c == '/') {
        pointer += "~1";
      } else {
        pointer += c;
      }
    }
  }
  return pointer;
}

const json* resolved(const json& root, const json* schema) {
  const auto reference = schema->find("$ref");
  if (reference == schema->end()) return schema;
  constexpr std::string_view folder = "#/definitions/";
  return &root.at("definitions").at(reference->get<std::string>().substr(folder.size()));
}

/// The part of the schema that speaks of the value at `path`; an empty object where it says nothing.
const json& subschema(const json& root, const std::vector<std::string>& path) {
  static const json nothing = json::object();
  const json* here = &root;
  for (const std::string& step : path) {
    const json* next = nullptr;
    if (const auto properties = here->find("properties"); properties != here->end() && properties->contains(step)) {
      next = &properties->at(step);
    } else if (here->contains("additionalProperties") && here->at("additionalProperties").is_object()) {
      next = &here->at("additionalProperties");
    } else if (here->contains("items")) {
      next = &here->at("items");
    }
    if (next == nullptr) return nothing;
    here = resolved(root, next);
  }
  return *here;
}

std::string expectation(const json& schema, const std::string& otherwise) {
  if (const auto allowed = schema.find("enum"); allowed != schema.end()) {
    std::string words;
    for (const json& word : *allowed) {
      if (!words.empty()) words += ", ";
      words += word.is_string() ? word.get<std::string>() : word.dump();
    }
    return "expected one of " + words;
  }
  if (const auto description = schema.find("description"); description != schema.end()) {
    return "expected " + description->get<std::string>();
  }
  if (const auto type = schema.find("type"); type != schema.end() && type->is_string())
    return "expected " + type->get<std::string>();
  return otherwise;
}

/// The last part in single quotes: the validator ends its sentences with the member's name.
std::string quoted_part(const std::string& text) {
  const auto last = text.rfind('\'');
  if (last == std::string::npos || last == 0) return text;
  const auto first = text.rfind('\'', last - 1);
  return first == std::string::npos ? text : text.substr(first + 1, last - first - 1);
}

std::string unknown_member(const json& schema, const std::string& member) {
  std::vector<std::string> known;
  std::string list;
  if (const auto properties = schema.find("properties"); properties != schema.end()) {
    for (const auto& item : properties->items()) {
      known.push_back(item.key());
      list += (list.empty() ? "" : ", ") + item.key();
    }
  }
  return "\"" + member + "\" is not known here; " + did_you_mean(member, known, "expected one of " + list);
}

/// Nothing for the echo of an inner problem in what surrounds it.
std::optional<std::string> problem_text(const json& schema, const std::string& description) {
  if (description.starts_with("Missing required property")) return fmt::format("\"{}\" is missing", quoted_part(description));
  if (description.starts_with("Object contains a property")) return unknown_member(schema, quoted_part(description));
  if (description.starts_with("Failed to validate") && description.find("anyOf") == std::string::npos) return std::nullopt;
  return expectation(schema, description);
}

}  // namespace

std::vector<SchemaProblem> schema_problems(const json& descriptor) {
  const json schema_json = json::parse(embedded::descriptor_schema_json);
  const valijson::adapters::NlohmannJsonAdapter schema_adapter(schema_json);
  valijson::Schema schema;
  valijson::SchemaParser parser;
  parser.populateSchema(schema_adapter, schema);
  valijson::Validator validator;
  valijson::ValidationResults results;
  const valijson::adapters::NlohmannJsonAdapter adapter(descriptor);
  std::vector<SchemaProblem> problems;
  if (validator.validate(schema, adapter, &results)) return problems;
  for (const auto& error : results) {
    const auto path = path_of(error.context);
    const auto text = problem_text(subschema(schema_json, path), error.description);
    if (!text) continue;
    const SchemaProblem problem{pointer_of(path), *text};
    const bool told = std::ranges::any_of(
        problems, [&](const SchemaProblem& other) { return other.pointer == problem.pointer && other.text == problem.text; });
    if (!told && problems.size() < most_problems) problems.push_back(problem);
  }
  if (problems.empty()) problems.push_back({"/", "does not follow the descriptor schema"});
  return problems;
}

}  // namespace sweetspot
