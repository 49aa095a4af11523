#include "gate/answer_format.hpp"

#include "gate/strict_json.hpp"
#include "gate/tool_schema.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <string_view>

namespace sweetspot {
namespace {

using Json = nlohmann::json;

constexpr const char* answer_name = "answer";

/// What a request asks of the form of its text.
struct Form {
  bool given = false;
  bool json = false;
  Json schema;  ///< null: any JSON
  std::string unknown_type;
};

Form form_of(const std::string& extra_json) {
  Form form;
  const Json extra = extra_json.empty() ? Json() : Json::parse(extra_json, nullptr, false);
  if (!extra.is_object()) return form;
  if (extra.contains("grammar")) form.given = true;
  if (extra.contains("json_schema")) form = {true, true, extra.at("json_schema"), ""};
  const auto found = extra.find("response_format");
  if (found == extra.end() || !found->is_object()) return form;
  const std::string type = found->contains("type") && found->at("type").is_string() ? found->at("type").get<std::string>() : "";
  if (type == "text") return form;
  if (type != "json_object" && type != "json_schema") {
    form.unknown_type = type;
    return form;
  }
  form.given = form.json = true;
  // OpenAI wraps the schema; llama.cpp takes it beside the type as well.
  const auto wrapped = found->find("json_schema");
  if (wrapped != found->end() && wrapped->is_object() && wrapped->contains("schema")) form.schema = wrapped->at("schema");
  if (found->contains("schema")) form.schema = found->at("schema");
  return form;
}

ToolSchemas as_tool(const Json& schema) {
  const Json tool = {{"type", "function"}, {"function", {{"name", answer_name}, {"parameters", schema}}}};
  return ToolSchemas(Json::array({tool}).dump());
}

}  // namespace

bool is_constrained(const Prompt& prompt) { return form_of(prompt.extra_json).given; }

std::optional<std::string> format_fault(const Prompt& prompt, const RequestSample& sample) {
  const Form form = form_of(prompt.extra_json);
  const bool finished = sample.finish_reason == "stop";
  if (!form.json || !finished || !sample.calls.empty()) return std::nullopt;
  if (const StrictJson checked = check_strict_json(sample.text); !checked.ok())
    return fmt::format("the text is no JSON document, as was asked for: {} at byte {}", checked.fault, checked.offset);
  if (form.schema.is_null()) return std::nullopt;
  const auto violations = as_tool(form.schema).violations(answer_name, sample.text);
  if (violations.empty()) return std::nullopt;
  return "the text does not fit the schema that was asked for: " + violations.front();
}

std::optional<std::string> format_problem(const std::string& extra_json) {
  const Form form = form_of(extra_json);
  if (!form.unknown_type.empty()) return fmt::format("response_format has the type \"{}\"", form.unknown_type);
  if (form.schema.is_null()) return std::nullopt;
  if (as_tool(form.schema).problem()) return "the schema of response_format is no JSON Schema";
  return std::nullopt;
}

}  // namespace sweetspot
