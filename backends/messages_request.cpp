#include "backends/messages_request.hpp"

#include "backends/request_parts.hpp"
#include "core/error.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace sweetspot {

using request_parts::Json;

namespace {

constexpr Api api = Api::messages;

Json user_turn(Json content) { return {{"role", "user"}, {"content", std::move(content)}}; }

/// A text alone is sent as one: so do clients, and so the engine sees what it sees over chat.
Json assistant_turn(const Json& message, const Prompt& prompt) {
  const std::string text = request_parts::text_content(message, api, prompt.id);
  if (!message.contains("tool_calls")) return {{"role", "assistant"}, {"content", text}};
  Json blocks = Json::array();
  if (!text.empty()) blocks.push_back({{"type", "text"}, {"text", text}});
  for (const Json& call : message.at("tool_calls")) {
    const Json& function = call.at("function");
    const std::string arguments = function.value("arguments", "{}");
    blocks.push_back({{"type", "tool_use"},
                      {"id", call.value("id", "")},
                      {"name", function.value("name", "")},
                      {"input", request_parts::own_json(arguments, "arguments in the messages", prompt.id)}});
  }
  return {{"role", "assistant"}, {"content", std::move(blocks)}};
}

/// Results that follow one another are blocks of one turn.
void add_result(Json& turns, const Json& message, const Prompt& prompt) {
  Json block = {{"type", "tool_result"},
                {"tool_use_id", message.value("tool_call_id", "")},
                {"content", request_parts::text_content(message, api, prompt.id)}};
  const bool joins = !turns.empty() && turns.back().at("role") == "user" && turns.back().at("content").is_array();
  if (joins) {
    turns.back()["content"].push_back(std::move(block));
  } else {
    turns.push_back(user_turn(Json::array({std::move(block)})));
  }
}

void add_conversation(Json& body, const Json& messages, const Prompt& prompt) {
  std::string system;
  Json turns = Json::array();
  for (const Json& message : messages) {
    const std::string role = message.value("role", "");
    if (role == "system" || role == "developer") {
      system += (system.empty() ? "" : "\n\n") + request_parts::text_content(message, api, prompt.id);
    } else if (role == "user") {
      turns.push_back(user_turn(request_parts::text_content(message, api, prompt.id)));
    } else if (role == "assistant") {
      turns.push_back(assistant_turn(message, prompt));
    } else if (role == "tool") {
      add_result(turns, message, prompt);
    } else {
      throw Error{fmt::format("{} has a message of role \"{}\", which {} does not know", prompt.id, role, to_string(api)),
                  "ask it over chat alone"};
    }
  }
  if (!system.empty()) body["system"] = system;
  body["messages"] = std::move(turns);
}

Json tools_of(const Json& tools) {
  Json list = Json::array();
  for (const Json& tool : tools) {
    const Json& function = tool.at("function");
    Json to = {{"name", function.value("name", "")}};
    if (function.contains("description")) to["description"] = function.at("description");
    to["input_schema"] = function.contains("parameters") ? function.at("parameters") : Json{{"type", "object"}};
    list.push_back(std::move(to));
  }
  return list;
}

void add_tool_choice(Json& body, const Prompt& prompt) {
  const request_parts::ToolChoice choice = request_parts::tool_choice(prompt, api);
  if (choice.mode.empty() && choice.parallel) return;
  Json to = {{"type", choice.mode.empty() ? "auto" : choice.mode}};
  if (choice.mode == "required") to = {{"type", "any"}};
  if (!choice.name.empty()) to = {{"type", "tool"}, {"name", choice.name}};
  if (!choice.parallel) to["disable_parallel_tool_use"] = true;
  body["tool_choice"] = std::move(to);
}

}  // namespace

std::string messages_request_json(const ChatTarget& target, const Prompt& prompt, const ChatOptions& options) {
  const auto& offer = target.engine->protocol.apis.at(api);
  Json body = Json::object();
  body["model"] = target.model;
  body["max_tokens"] = options.max_tokens > 0 ? options.max_tokens : prompt.max_tokens;
  add_conversation(body, request_parts::own_json(prompt.messages_json, "messages", prompt.id), prompt);
  if (!prompt.tools_json.empty()) body["tools"] = tools_of(request_parts::own_json(prompt.tools_json, "tools", prompt.id));
  add_tool_choice(body, prompt);
  body["stream"] = options.streaming == ChatOptions::Streaming::yes;
  request_parts::add_sampling(body, target, options, offer.greedy_json, offer.no_cache_json);
  request_parts::add_configuration(body, target);
  return body.dump();
}

}  // namespace sweetspot
