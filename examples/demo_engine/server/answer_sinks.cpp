#include "demo_engine/server/answer_sinks.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

namespace demo {

using Json = nlohmann::ordered_json;

namespace {
constexpr auto keep_alive_every = std::chrono::seconds{1};
constexpr auto look_every = std::chrono::milliseconds{20};
}  // namespace

StreamedAnswer::StreamedAnswer(ResponseHead head, Wants wants, const Vocabulary& vocabulary, RequestTraps& traps,
                               Responder& responder)
    : head_(std::move(head)), wants_(wants), vocabulary_(vocabulary), traps_(traps), responder_(responder) {}

void StreamedAnswer::begin() {
  responder_.begin_stream();
  event(role_event(head_));
}

void StreamedAnswer::take(Delta delta) {
  if (!delta.error.empty()) {
    event(delta.error);
  } else if (wants_.logprobs) {
    const Json logprobs = logprobs_json(delta.records, vocabulary_, head_.offers);
    event(delta_event(head_, delta, &logprobs));
  } else if (!delta.empty()) {
    event(delta_event(head_, delta, nullptr));
  }
  if (delta.then == Delta::Then::hang_up) responder_.end_stream();
  if (delta.then == Delta::Then::keep_alive) keep_alive_for_ever();
}

void StreamedAnswer::end(const Ending& ending) {
  const bool usage = wants_.usage && head_.offers.usage;
  const Json timings = timings_json(ending.counts);
  event(finish_event(head_, ending.finish_reason, !usage && head_.offers.timings ? &timings : nullptr));
  if (usage) event(usage_event(head_, ending.counts));
  event("[DONE]");
  responder_.end_stream();
}

void StreamedAnswer::event(const std::string& data) {
  Wire wire{data, events_++, {}};
  traps_.strike(&TrapHooks::wire, wire);
  if (wire.writes.empty()) {
    responder_.write("data: " + data + "\n\n");
    return;
  }
  for (const std::string& bytes : wire.writes) responder_.write(bytes);
}

void StreamedAnswer::keep_alive_for_ever() {
  using Wall = std::chrono::steady_clock;
  auto due = Wall::now();
  while (!responder_.gone()) {
    if (Wall::now() >= due) {
      responder_.write(": keepalive\n\n");
      due += keep_alive_every;
    }
    std::this_thread::sleep_for(look_every);
  }
}

WholeAnswer::WholeAnswer(ResponseHead head, bool logprobs, const Vocabulary& vocabulary, RequestTraps& traps,
                         Responder& responder)
    : head_(std::move(head)), logprobs_(logprobs), vocabulary_(vocabulary), traps_(traps), responder_(responder) {}

void WholeAnswer::take(Delta delta) {
  if (!delta.error.empty()) {
    responder_.send(200, delta.error);
    return;
  }
  all_.reasoning += delta.reasoning;
  all_.content += delta.content;
  for (CallDelta& call : delta.calls) add_call(std::move(call));
  std::move(delta.records.begin(), delta.records.end(), std::back_inserter(all_.records));
}

void WholeAnswer::add_call(CallDelta call) {
  const auto same =
      std::find_if(all_.calls.rbegin(), all_.calls.rend(), [&](const CallDelta& known) { return known.index == call.index; });
  if (call.starts || same == all_.calls.rend()) {
    all_.calls.push_back(std::move(call));
  } else {
    same->arguments += call.arguments;
  }
}

void WholeAnswer::end(const Ending& ending) {
  Json message = {{"role", "assistant"}, {"content", all_.content}};
  if (all_.content.empty() && !all_.calls.empty()) message["content"] = nullptr;
  if (!all_.reasoning.empty()) message["reasoning_content"] = all_.reasoning;
  if (!all_.calls.empty()) {
    Json calls = Json::array();
    for (const CallDelta& call : all_.calls) calls.push_back(call_json(call, false));
    message["tool_calls"] = std::move(calls);
  }
  Json choice = {{"finish_reason", ending.finish_reason}, {"index", 0}, {"message", std::move(message)}};
  if (logprobs_) choice["logprobs"] = {{"content", logprobs_json(all_.records, vocabulary_, head_.offers)}};
  Json body = Json::object();
  body["choices"] = Json::array({std::move(choice)});
  body["created"] = head_.created;
  body["model"] = head_.model;
  body["system_fingerprint"] = "demo-engine";
  body["object"] = "chat.completion";
  if (head_.offers.usage) body["usage"] = usage_json(ending.counts);
  body["id"] = head_.id;
  if (head_.offers.timings) body["timings"] = timings_json(ending.counts);
  std::string text = body.dump(-1, ' ', false, Json::error_handler_t::replace);
  Wire wire{text, 0, {}};  // an answer in one piece
  traps_.strike(&TrapHooks::wire, wire);
  if (!wire.writes.empty()) text = std::string(wire.writes.front());
  responder_.send(200, text);
}

}  // namespace demo
