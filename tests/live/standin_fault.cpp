#include "live/standin_fault.hpp"

#include "live/standin_json.hpp"

#include <utility>

namespace sweetspot::standin {

namespace {

constexpr int drop_every = 7;
constexpr int duplicate_every = 15;
constexpr int error_every = 5;

void move_thoughts(Json& message);

}  // namespace

const std::vector<std::string_view>& fault_names() {
  static const std::vector<std::string_view> names{"none",
                                                   "rechunk",
                                                   "held_first",
                                                   "truncate",
                                                   "cut",
                                                   "drop",
                                                   "drop_short",
                                                   "drop_tail",
                                                   "mangle",
                                                   "late_mangle",
                                                   "mojibake",
                                                   "dup",
                                                   "usage_double",
                                                   "usage_zero",
                                                   "late_usage",
                                                   "no_done",
                                                   "finish_twice",
                                                   "finish_length_as_stop",
                                                   "finish_content_filter",
                                                   "late_finish",
                                                   "last_brace",
                                                   "tool_index_zero",
                                                   "tool_name_drop",
                                                   "args_object_nonstream",
                                                   "same_call_ids",
                                                   "calls_reversed",
                                                   "arguments_respaced",
                                                   "think_leak",
                                                   "error_event",
                                                   "third_request",
                                                   "plain_mangle",
                                                   "plain_without_logprobs",
                                                   "consistent_lie",
                                                   "sampled_damage",
                                                   "exit_mid",
                                                   "hang_mid",
                                                   "slow_start",
                                                   "both"};
  return names;
}

StreamFault::StreamFault(std::string_view fault, const ChatRequest& request, int after)
    : fault_(fault),
      request_(request.number),
      after_(after),
      claims_(fault, request.number, Form::streamed),
      text_(fault, request),
      calls_(fault) {}

Step StreamFault::take(const std::string& data) {
  if (data == "[DONE]") return take_done();
  Json chunk = Json::parse(data, nullptr, false);
  Step step;
  if (!chunk.is_object()) {
    step.events.push_back(data);
    return step;
  }
  claims_.take(chunk);
  const bool finishes = chunk.contains("choices") && !chunk["choices"].empty() && chunk["choices"][0].contains("finish_reason") &&
                        chunk["choices"][0]["finish_reason"].is_string();
  if (finishes) {
    take_finish(chunk, step);
  } else if (delta_of(chunk) != nullptr) {
    take_delta(chunk, step);
  } else {
    step.events.push_back(chunk.dump());
  }
  return step;
}

Step StreamFault::take_done() {
  Step step;
  release_tail(step);
  if (fault_ != "no_done") step.events.push_back("[DONE]");
  return step;
}

void StreamFault::take_delta(Json& chunk, Step& step) {
  Json& delta = *delta_of(chunk);
  if (fault_ == "think_leak") move_thoughts(delta);
  const std::string field = has_text(delta, "content") ? "content" : has_text(delta, thoughts_field) ? thoughts_field : "";
  const bool calls = delta.contains("tool_calls");
  if (calls || (!field.empty() && field != text_field_)) release_text(step);
  if (calls) return calls_.take(chunk, step.events);
  if (field.empty()) {
    step.events.push_back(chunk.dump());
    return;
  }
  text_field_ = field;
  template_ = chunk.dump();
  if (field == "content") return take_content(chunk, delta[field].get<std::string>(), step);
  const std::string thoughts = text_.take_thoughts(delta[field].get<std::string>());
  if (thoughts.empty()) return;
  delta[field] = thoughts;
  step.events.push_back(chunk.dump());
}

void StreamFault::take_content(Json& chunk, std::string text, Step& step) {
  ++deltas_;
  text = text_.take(std::move(text));
  if (text.empty()) return;
  const bool lost = (fault_ == "truncate" && deltas_ > after_) || (fault_ == "drop" && deltas_ % drop_every == 0) ||
                    (fault_ == "drop_short" && text.size() < 3);
  if (lost) return;
  (*delta_of(chunk))["content"] = text;
  if (fault_ == "drop_tail") {
    if (!held_.empty()) step.events.push_back(held_);
    held_ = chunk.dump();
    return;
  }
  step.events.push_back(chunk.dump());
  if (fault_ == "dup" && deltas_ % duplicate_every == 0) step.events.push_back(chunk.dump());
  if (fault_ == "error_event" && request_ % error_every == 0 && deltas_ == after_ / 4) {
    step.events.push_back(R"({"error":{"code":500,"message":"context shift failed","type":"server_error"}})");
    step.then = Then::close;
  }
  if (deltas_ != after_) return;
  if (fault_ == "cut") step.then = Then::close;
  if (fault_ == "hang_mid") step.then = Then::hang;
  if (fault_ == "exit_mid") step.then = Then::kill_server;
}

void StreamFault::take_finish(Json& chunk, Step& step) {
  release_tail(step);
  if (fault_ == "cut") {
    step.then = Then::close;
    return;
  }
  step.events.push_back(chunk.dump());
  if (fault_ == "finish_twice") step.events.push_back(chunk.dump());
}

/// What was kept back is the last of its kind: it is lost, or goes out late.
void StreamFault::release_tail(Step& step) {
  held_.clear();
  release_text(step);
  calls_.release(step.events);
}

void StreamFault::release_text(Step& step) {
  const std::string text = text_.rest();
  if (text.empty()) return;
  Json late = Json::parse(template_);
  (*delta_of(late))[text_field_] = text;
  step.events.push_back(late.dump());
}

std::string faulty_body(std::string_view fault, const ChatRequest& request, const std::string& body) {
  Json answer = Json::parse(body, nullptr, false);
  if (!answer.is_object() || !answer.contains("choices") || answer["choices"].empty()) return body;
  ClaimFault(fault, request.number, Form::plain).take(answer);
  Json& choice = answer["choices"][0];
  if (fault == "think_leak") move_thoughts(choice["message"]);
  damage_text(fault, request, choice);
  damage_calls(fault, choice["message"]);
  return answer.dump();
}

namespace {

void move_thoughts(Json& message) {
  if (!message.contains(thoughts_field) || !message[thoughts_field].is_string()) return;
  const std::string text =
      message.contains("content") && message["content"].is_string() ? message["content"].get<std::string>() : "";
  message["content"] = message[thoughts_field].get<std::string>() + text;
  message.erase(thoughts_field);
}

}  // namespace

}  // namespace sweetspot::standin
