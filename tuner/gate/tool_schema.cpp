#include "gate/tool_schema.hpp"

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include <exception>
#include <utility>

namespace sweetspot {

struct ToolSchemas::Impl {
  std::map<std::string, std::unique_ptr<valijson::Schema>> schemas;  // null: any object, or unreadable
  std::optional<std::string> problem;
};

namespace {

using Json = nlohmann::json;

std::optional<std::string> name_problem(const Json& tool);
std::unique_ptr<valijson::Schema> parsed_schema(const Json& document);
std::string place(const std::vector<std::string>& context);
std::string without_stop(std::string text);

}  // namespace

ToolSchemas::ToolSchemas(std::string_view tools_json) : impl_(std::make_unique<Impl>()) {
  if (tools_json.empty()) return;
  const Json tools = Json::parse(tools_json, nullptr, false);
  if (!tools.is_array()) {
    impl_->problem = "\"tools\" is not an array";
    return;
  }
  for (const Json& tool : tools) {
    if (auto problem = name_problem(tool)) {
      impl_->problem = std::move(problem);
      continue;
    }
    const Json& function = tool.at("function");
    auto& schema = impl_->schemas[function.at("name").get<std::string>()];
    if (!function.contains("parameters")) continue;
    try {
      schema = parsed_schema(function.at("parameters"));
    } catch (const std::exception& error) {  // valijson throws plain runtime errors
      impl_->problem =
          "the parameters of the tool \"" + function.at("name").get<std::string>() + "\" are no JSON Schema: " + error.what();
    }
  }
}

ToolSchemas::ToolSchemas(ToolSchemas&&) noexcept = default;
ToolSchemas& ToolSchemas::operator=(ToolSchemas&&) noexcept = default;
ToolSchemas::~ToolSchemas() = default;

bool ToolSchemas::empty() const { return impl_->schemas.empty(); }

bool ToolSchemas::offers(const std::string& name) const { return impl_->schemas.contains(name); }

const std::optional<std::string>& ToolSchemas::problem() const { return impl_->problem; }

std::vector<std::string> ToolSchemas::violations(const std::string& name, std::string_view arguments_json) const {
  const auto found = impl_->schemas.find(name);
  if (found == impl_->schemas.end() || !found->second) return {};
  const Json arguments = Json::parse(arguments_json, nullptr, false);
  valijson::Validator validator;
  valijson::ValidationResults results;
  if (validator.validate(*found->second, valijson::adapters::NlohmannJsonAdapter(arguments), &results)) return {};
  std::vector<std::string> violations;
  valijson::ValidationResults::Error error;
  while (results.popError(error)) {
    // A failed member is reported once more for each of its parents, without saying anything new.
    if (error.description.find("Failed to validate against schema") != std::string::npos) continue;
    violations.push_back(place(error.context) + without_stop(error.description));
  }
  if (violations.empty()) violations.emplace_back("they do not fit");
  return violations;
}

namespace {

std::optional<std::string> name_problem(const Json& tool) {
  const bool has_name = tool.is_object() && tool.contains("function") && tool.at("function").is_object() &&
                        tool.at("function").contains("name") && tool.at("function").at("name").is_string();
  if (has_name) return std::nullopt;
  return "a tool has no function.name";
}

std::unique_ptr<valijson::Schema> parsed_schema(const Json& document) {
  auto schema = std::make_unique<valijson::Schema>();
  valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
  parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(document), *schema);
  return schema;
}

/// "<root>", "[address]", "[city]" -> "at /address/city: ".
std::string place(const std::vector<std::string>& context) {
  std::string text;
  for (const std::string& part : context) {
    if (part == "<root>") continue;
    const bool bracketed = part.size() >= 2 && part.front() == '[' && part.back() == ']';
    text += "/" + (bracketed ? part.substr(1, part.size() - 2) : part);
  }
  return text.empty() ? text : "at " + text + ": ";
}

std::string without_stop(std::string text) {
  if (text.ends_with('.')) text.pop_back();
  return text;
}

}  // namespace
}  // namespace sweetspot
