#include "gate/answer_format.hpp"

#include "gate/stop_texts.hpp"
#include "gate/strict_json.hpp"
#include "gate/thresholds.hpp"
#include "gate/tool_schema.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <string_view>
#include <vector>

namespace sweetspot {
namespace {

using Json = nlohmann::json;

constexpr const char* answer_name = "answer";

/// What a request asks of the form of its text.
struct Form {
  bool given = false;
  bool json = false;
  Json schema;  ///< null: any JSON
};

/// Null and empty ask for nothing.
bool says(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && !found->is_null() && *found != Json("");
}

Form form_of(const std::string& extra_json) {
  Form form;
  const Json extra = extra_json.empty() ? Json() : Json::parse(extra_json, nullptr, false);
  if (!extra.is_object()) return form;
  form.given = says(extra, "grammar");
  if (says(extra, "json_schema")) form = {true, true, extra.at("json_schema")};
  const auto found = extra.find("response_format");
  if (found == extra.end() || !found->is_object() || !says(*found, "type") || found->at("type") == "text") return form;
  form.given = true;
  form.json = found->at("type") == "json_object" || found->at("type") == "json_schema";
  // OpenAI wraps the schema; llama.cpp takes it beside the type as well.
  const auto wrapped = found->find("json_schema");
  if (wrapped != found->end() && wrapped->is_object() && wrapped->contains("schema")) form.schema = wrapped->at("schema");
  if (found->contains("schema")) form.schema = found->at("schema");
  return form;
}

/// The first byte that is no blank cannot be that of such a document.
bool begins_otherwise(const Form& form, std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return false;
  const bool object = form.schema.is_null() || (form.schema.is_object() && form.schema.value("type", Json()) == "object");
  const std::string_view first = object ? "{" : "{[\"-0123456789tfn";
  return first.find(text[begin]) == std::string_view::npos;
}

}  // namespace

bool is_constrained(const Prompt& prompt) { return form_of(prompt.extra_json).given; }

std::optional<std::string> format_fault(const Prompt& prompt, const RequestSample& sample) {
  const Form form = form_of(prompt.extra_json);
  if (!form.json || !sample.calls.empty() || !stop_texts(prompt).empty()) return std::nullopt;
  if (sample.finish_reason != "stop") {
    if (!begins_otherwise(form, sample.text)) return std::nullopt;
    return "the text does not begin as the JSON document that was asked for";
  }
  if (!Json::accept(sample.text)) {  // keys that come twice are in any grammar of JSON
    const StrictJson checked = check_strict_json(sample.text);
    return fmt::format("the text is no JSON document, as was asked for: {} at byte {}", checked.fault, checked.offset);
  }
  if (form.schema.is_null()) return std::nullopt;
  const Json tool = {{"type", "function"}, {"function", {{"name", answer_name}, {"parameters", form.schema}}}};
  const auto violations = ToolSchemas(Json::array({tool}).dump()).violations(answer_name, sample.text);
  if (violations.empty()) return std::nullopt;
  return "the text does not fit the schema that was asked for: " + violations.front();
}

void drop_forbidden(RequestSample& sample) {
  for (TokenRecord& token : sample.tokens) {
    if (token.top.empty() || token.top.front().logprob <= token.logprob) continue;  // the likeliest was chosen
    std::erase_if(token.top, [&](const TokenAlternative& alternative) { return alternative.logprob > token.logprob; });
    const bool known = !token.top.empty() && token.top.front().bytes == token.bytes &&
                       token.logprob - token.top.back().logprob > thresholds::miscommit;
    if (!known) token.top = {{token.id, token.bytes, token.logprob}};
  }
}

}  // namespace sweetspot
