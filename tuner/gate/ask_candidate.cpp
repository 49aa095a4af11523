#include "gate/ask_candidate.hpp"

#include "backends/http_client.hpp"
#include "core/limits.hpp"
#include "gate/thresholds.hpp"

#include <algorithm>

namespace sweetspot {
namespace {

constexpr double silence_factor = 50;  ///< times the longest pause of the reference
constexpr double whole_factor = 2;     ///< times its longest answer
constexpr std::chrono::milliseconds silence_least = std::chrono::seconds(10);

bool lives(const ChatTarget& server, const InterruptFlag& interrupt) {
  try {
    const HttpDeadlines deadlines{limits::connect_timeout, limits::short_request_timeout};
    return http_get(server.endpoint, server.engine->ready.path, deadlines, interrupt).status == 200;
  } catch (const TrialError&) {  // that is the answer
    return false;
  }
}

Asked without_answer(const Failure& failure, const Prompt& prompt, bool streamed) {
  Asked asked;
  asked.ended = true;
  asked.sample.prompt_id = prompt.id;
  asked.sample.streamed = streamed;
  asked.sample.http_status = 200;
  asked.sample.protocol_faults.push_back(failure.detail);
  return asked;
}

}  // namespace

std::chrono::milliseconds silence_limit(const Reference& reference) {
  double longest_ms = 0;
  for (const ReferenceAnswer& answer : reference.answers) {
    const auto& chunks = answer.streamed.chunks;
    longest_ms = std::max(longest_ms, whole_factor * answer.streamed.last_token_ms.value_or(0));
    for (std::size_t i = 1; i < chunks.size(); ++i)
      longest_ms = std::max(longest_ms, silence_factor * (chunks[i].at_ms - chunks[i - 1].at_ms));
  }
  const std::chrono::milliseconds scaled(static_cast<std::int64_t>(longest_ms));
  return std::clamp<std::chrono::milliseconds>(scaled, silence_least, limits::silence_timeout);
}

Asked ask_candidate(const ChatTarget& candidate, const Prompt& prompt, Asking how, std::chrono::milliseconds silence,
                    const InterruptFlag& interrupt) {
  ChatOptions options;
  options.deadlines.silence = silence;
  const bool streamed = how == Asking::streamed || how == Asking::cancelled;
  options.streaming = streamed ? ChatOptions::Streaming::yes : ChatOptions::Streaming::no;
  if (how == Asking::cancelled) options.cancel_after_chunks = thresholds::cancelled_after_chunks;
  const bool tokens = how == Asking::plain && !candidate.engine->protocol.logprobs_json.empty();
  options.logprobs = tokens ? ChatOptions::Logprobs::yes : ChatOptions::Logprobs::no;
  try {
    return {ask(candidate, prompt, options, interrupt), false};
  } catch (const TrialError& error) {
    const bool silent = dynamic_cast<const SilentServer*>(&error) != nullptr;
    const bool slow = error.failure().kind == FailureKind::timed_out && !silent;  // a long prompt may take its time
    if (slow || !lives(candidate, interrupt)) throw;  // it died in mid-answer: a failure, no fault of the answer
    return without_answer(error.failure(), prompt, streamed);
  }
}

}  // namespace sweetspot
