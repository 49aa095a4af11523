#include "backends/request_parts.hpp"

#include "backends/api.hpp"
#include "backends/chat_json.hpp"
#include "core/error.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>

namespace sweetspot::request_parts {

Json own_json(const std::string& text, std::string_view what, const std::string& owner) {
  JsonReader reader;
  std::string problem = "JSON with a number that is too large";
  Json json = reader.read(text, problem) == nullptr ? Json(Json::value_t::discarded) : Json::parse(text, nullptr, false);
  if (json.is_discarded())
    throw Error{fmt::format("{} of {} are {}: {}", what, owner, problem, excerpt(text)), "correct the file they come from"};
  return json;
}

void merge(Json& body, const Json& fields) {
  for (const auto& [name, value] : fields.items()) body[name] = value;
}

Json sampler_fields(const std::map<std::string, double>& sampler) {
  Json fields = Json::object();
  for (const auto& [name, value] : sampler) {
    // "top_k": 40.0 is refused where an integer is wanted.
    const bool whole = std::floor(value) == value && std::abs(value) < 1e9;
    fields[name] = whole ? Json(static_cast<std::int64_t>(value)) : Json(value);
  }
  return fields;
}

void add_sampling(Json& body, const ChatTarget& target, const ChatOptions& options, const std::string& greedy_json,
                  const std::string& no_cache_json) {
  const std::string& engine = target.engine->name;
  if (!options.sampler.empty()) {
    merge(body, sampler_fields(options.sampler));
  } else if (!greedy_json.empty()) {
    merge(body, own_json(greedy_json, "greedy fields", engine));
  }
  if (options.prompt_cache == ChatOptions::PromptCache::off && !no_cache_json.empty())
    merge(body, own_json(no_cache_json, "no-cache fields", engine));
}

void add_configuration(Json& body, const ChatTarget& target) {
  if (!target.request_json.empty())
    merge(body, own_json(target.request_json, "fields of the configuration", target.engine->name));
}

std::string text_content(const Json& message, Api api, const std::string& prompt_id) {
  const auto content = message.find("content");
  if (content == message.end() || content->is_null()) return {};
  if (content->is_string()) return content->get<std::string>();
  std::string text;
  for (const Json& part : *content) {
    if (!part.is_object() || part.value("type", "") != "text")
      throw Error{fmt::format("{} holds content that is no text, which is not asked over {}", prompt_id, to_string(api)),
                  "ask it over chat alone"};
    text += part.value("text", "");
  }
  return text;
}

ToolChoice tool_choice(const Prompt& prompt, Api api) {
  ToolChoice choice;
  if (prompt.extra_json.empty()) return choice;
  const Json extra = own_json(prompt.extra_json, "extra fields", prompt.id);
  for (const auto& [name, value] : extra.items()) {
    if (name == "parallel_tool_calls" && value.is_boolean()) {
      choice.parallel = value.get<bool>();
    } else if (name == "tool_choice" && value.is_string()) {
      choice.mode = value.get<std::string>();
    } else if (name == "tool_choice" && value.is_object() && value.contains("function")) {
      choice.mode = "required";
      choice.name = value.at("function").value("name", "");
    } else {
      throw Error{fmt::format("{} of {} has no counterpart in {}", name, prompt.id, to_string(api)), "ask it over chat alone"};
    }
  }
  return choice;
}

}  // namespace sweetspot::request_parts
