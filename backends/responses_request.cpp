#include "backends/responses_request.hpp"

#include "backends/request_parts.hpp"
#include "core/error.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace sweetspot {

using request_parts::Json;

namespace {

constexpr Api api = Api::responses;

Json turn(const std::string& role, const std::string& text) { return {{"type", "message"}, {"role", role}, {"content", text}}; }

void add_assistant(Json& items, const Json& message, const Prompt& prompt) {
  const std::string text = request_parts::text_content(message, api, prompt.id);
  const bool calls = message.contains("tool_calls");
  if (!text.empty() || !calls) items.push_back(turn("assistant", text));
  if (!calls) return;
  for (const Json& call : message.at("tool_calls")) {
    const Json& function = call.at("function");
    items.push_back({{"type", "function_call"},
                     {"call_id", call.value("id", "")},
                     {"name", function.value("name", "")},
                     {"arguments", function.value("arguments", "{}")}});
  }
}

void add_conversation(Json& body, const Json& messages, const Prompt& prompt) {
  Json items = Json::array();
  for (const Json& message : messages) {
    const std::string role = message.value("role", "");
    const bool leads = role == "system" && items.empty() && !body.contains("instructions");
    if (leads) {
      body["instructions"] = request_parts::text_content(message, api, prompt.id);
    } else if (role == "system" || role == "developer" || role == "user") {
      items.push_back(turn(role, request_parts::text_content(message, api, prompt.id)));
    } else if (role == "assistant") {
      add_assistant(items, message, prompt);
    } else if (role == "tool") {
      items.push_back({{"type", "function_call_output"},
                       {"call_id", message.value("tool_call_id", "")},
                       {"output", request_parts::text_content(message, api, prompt.id)}});
    } else {
      throw Error{fmt::format("{} has a message of role \"{}\", which {} does not know", prompt.id, role, to_string(api)),
                  "ask it over chat alone"};
    }
  }
  body["input"] = std::move(items);
}

/// Strict is what tools are here unless it is said otherwise, and what they are not over chat.
Json tools_of(const Json& tools) {
  Json list = Json::array();
  for (const Json& tool : tools) {
    Json to = {{"type", "function"}};
    request_parts::merge(to, tool.at("function"));
    if (!to.contains("strict")) to["strict"] = false;
    list.push_back(std::move(to));
  }
  return list;
}

void add_tool_choice(Json& body, const Prompt& prompt) {
  const request_parts::ToolChoice choice = request_parts::tool_choice(prompt, api);
  if (!choice.name.empty()) {
    body["tool_choice"] = {{"type", "function"}, {"name", choice.name}};
  } else if (!choice.mode.empty()) {
    body["tool_choice"] = choice.mode;
  }
  if (!choice.parallel) body["parallel_tool_calls"] = false;
}

}  // namespace

std::string responses_request_json(const ChatTarget& target, const Prompt& prompt, const ChatOptions& options) {
  const auto& offer = target.engine->protocol.apis.at(api);
  Json body = Json::object();
  body["model"] = target.model;
  add_conversation(body, request_parts::own_json(prompt.messages_json, "messages", prompt.id), prompt);
  if (!prompt.tools_json.empty()) body["tools"] = tools_of(request_parts::own_json(prompt.tools_json, "tools", prompt.id));
  add_tool_choice(body, prompt);
  body["max_output_tokens"] = options.max_tokens > 0 ? options.max_tokens : prompt.max_tokens;
  body["store"] = false;
  body["stream"] = options.streaming == ChatOptions::Streaming::yes;
  request_parts::add_sampling(body, target, options, offer.greedy_json, offer.no_cache_json);
  request_parts::add_configuration(body, target);
  return body.dump();
}

}  // namespace sweetspot
