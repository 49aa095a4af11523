#include "demo_engine/server/response_json.hpp"

#include "demo_engine/server/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace demo {

using Json = nlohmann::ordered_json;

namespace {

std::string dumped(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

void add_head(Json& json, const ResponseHead& head, const char* object) {
  json["created"] = head.created;
  json["id"] = head.id;
  json["model"] = head.model;
  json["system_fingerprint"] = "demo-engine";
  json["object"] = object;
}

Json choice_with(Json delta, const Json& finish_reason) {
  return {{"finish_reason", finish_reason}, {"index", 0}, {"delta", std::move(delta)}};
}

std::string chunk(const ResponseHead& head, Json choice) {
  Json json = Json::object();
  json["choices"] = Json::array({std::move(choice)});
  add_head(json, head, "chat.completion.chunk");
  return dumped(json);
}

/// What nearly every event is, written without building a document.
std::string text_event(const ResponseHead& head, const char* field, std::string_view text) {
  std::string json = "{\"choices\":[{\"finish_reason\":null,\"index\":0,\"delta\":{\"";
  json += field;
  json += "\":\"";
  append_escaped(json, text);
  json += "\"}}],\"created\":" + std::to_string(head.created) + ",\"id\":\"" + head.id + "\",\"model\":\"";
  append_escaped(json, head.model);
  json += "\",\"system_fingerprint\":\"demo-engine\",\"object\":\"chat.completion.chunk\"}";
  return json;
}

double per(double a, double b) { return b > 0 ? a / b : 0; }

Json bytes_json(std::string_view piece) {
  Json bytes = Json::array();
  for (const char c : piece) bytes.push_back(static_cast<unsigned char>(c));
  return bytes;
}

Json token_json(Token token, double logprob, const Vocabulary& vocabulary, const Options::Capabilities& offers) {
  const std::string& piece = vocabulary.piece(token);
  Json json = Json::object();
  if (offers.token_ids) json["id"] = token;
  json["token"] = valid_text(piece);
  json["bytes"] = bytes_json(piece);
  json["logprob"] = logprob;
  return json;
}

}  // namespace

Json usage_json(const Counts& counts) {
  return {{"completion_tokens", counts.completion_said},
          {"prompt_tokens", counts.prompt},
          {"total_tokens", counts.completion_said + counts.prompt},
          {"prompt_tokens_details", {{"cached_tokens", counts.cached}}}};
}

Json timings_json(const Counts& counts) {
  const auto prompt = static_cast<double>(counts.timed_prompt);
  const auto predicted = static_cast<double>(counts.completion);
  Json json = {{"cache_n", counts.cached},
               {"prompt_n", counts.timed_prompt},
               {"prompt_ms", counts.prompt_ms},
               {"prompt_per_token_ms", per(counts.prompt_ms, prompt)},
               {"prompt_per_second", per(prompt * 1000, counts.prompt_ms)},
               {"predicted_n", counts.completion},
               {"predicted_ms", counts.predicted_ms},
               {"predicted_per_token_ms", per(counts.predicted_ms, predicted)},
               {"predicted_per_second", per(predicted * 1000, counts.predicted_ms)}};
  if (counts.drafted > 0) {
    json["draft_n"] = counts.drafted;
    json["draft_n_accepted"] = counts.accepted;
  }
  return json;
}

Json logprobs_json(const std::vector<TokenRecord>& records, const Vocabulary& vocabulary, const Options::Capabilities& offers) {
  Json list = Json::array();
  for (const TokenRecord& record : records) {
    Json entry = token_json(record.token, record.logprob, vocabulary, offers);
    Json top = Json::array();
    for (const Choice& choice : record.top) top.push_back(token_json(choice.token, choice.logprob, vocabulary, offers));
    entry["top_logprobs"] = std::move(top);
    list.push_back(std::move(entry));
  }
  return list;
}

Json error_json(int code, const std::string& message, const std::string& type) {
  return {{"error", {{"code", code}, {"message", message}, {"type", type}}}};
}

std::string role_event(const ResponseHead& head) {
  return chunk(head, choice_with({{"role", "assistant"}, {"content", nullptr}}, nullptr));
}

std::string delta_event(const ResponseHead& head, const Delta& delta, const Json* logprobs) {
  const bool text_only = delta.calls.empty() && logprobs == nullptr;
  if (text_only && delta.reasoning.empty()) return text_event(head, "content", delta.content);
  if (text_only && delta.content.empty()) return text_event(head, "reasoning_content", delta.reasoning);
  Json body = Json::object();
  if (!delta.reasoning.empty()) body["reasoning_content"] = delta.reasoning;
  if (!delta.content.empty()) body["content"] = delta.content;
  if (!delta.calls.empty()) {
    Json calls = Json::array();
    for (const CallDelta& call : delta.calls) calls.push_back(call_json(call, true));
    body["tool_calls"] = std::move(calls);
  }
  Json choice = choice_with(std::move(body), nullptr);
  if (logprobs != nullptr) choice["logprobs"] = {{"content", *logprobs}};
  return chunk(head, std::move(choice));
}

std::string finish_event(const ResponseHead& head, const std::string& finish_reason, const Json* timings) {
  Json json = Json::object();
  json["choices"] = Json::array({choice_with(Json::object(), finish_reason)});
  add_head(json, head, "chat.completion.chunk");
  if (timings != nullptr) json["timings"] = *timings;
  return dumped(json);
}

std::string usage_event(const ResponseHead& head, const Counts& counts) {
  Json json = Json::object();
  json["choices"] = Json::array();
  add_head(json, head, "chat.completion.chunk");
  json["usage"] = usage_json(counts);
  if (head.offers.timings) json["timings"] = timings_json(counts);
  return dumped(json);
}

Json call_json(const CallDelta& call, bool streamed) {
  Json json = Json::object();
  if (streamed && call.index) json["index"] = *call.index;
  Json function = Json::object();
  if (call.starts) {
    json["id"] = call.id ? Json(*call.id) : Json();
    json["type"] = "function";
    function["name"] = call.name ? Json(*call.name) : Json();
  }
  function["arguments"] = call.arguments;
  if (call.arguments_as_object) {
    const Json object = Json::parse(call.arguments, nullptr, false);
    if (!object.is_discarded()) function["arguments"] = object;
  }
  json["function"] = std::move(function);
  return json;
}

}  // namespace demo
