#include "backends/http_client.hpp"
#include "core/limits.hpp"
#include "gate/gate.hpp"
#include "gate/thresholds.hpp"

#include <algorithm>

namespace sweetspot {
namespace {

constexpr double silence_factor = 50;  ///< times the longest pause of the reference
constexpr std::chrono::milliseconds silence_least = std::chrono::seconds(10);

/// How long an answer may bring nothing new, from how long the reference ever paused.
std::chrono::milliseconds silence_limit(const Reference& reference) {
  double longest = 0;
  for (const ReferenceAnswer& answer : reference.answers) {
    const auto& chunks = answer.streamed.chunks;
    for (std::size_t i = 1; i < chunks.size(); ++i) longest = std::max(longest, chunks[i].at_ms - chunks[i - 1].at_ms);
  }
  const std::chrono::milliseconds scaled(static_cast<std::int64_t>(silence_factor * longest));
  return std::clamp<std::chrono::milliseconds>(scaled, silence_least, limits::silence_timeout);
}

bool lives(const ChatTarget& server, const InterruptFlag& interrupt) {
  try {
    const HttpDeadlines deadlines{limits::connect_timeout, limits::short_request_timeout};
    return http_get(server.endpoint, server.engine->ready.path, deadlines, interrupt).status == 200;
  } catch (const TrialError&) {  // that is the answer
    return false;
  }
}

/// The server lives and answers no more: what arrived until then, with the fault. Throws what is no such thing.
RequestSample silent_answer(const TrialError& error, const ChatTarget& candidate, const Prompt& prompt,
                            const InterruptFlag& interrupt) {
  const Failure& failure = error.failure();
  if (failure.kind != FailureKind::timed_out || failure.detail.rfind("silent", 0) != 0) throw error;
  if (!lives(candidate, interrupt)) throw error;
  RequestSample sample;
  sample.prompt_id = prompt.id;
  sample.streamed = true;
  sample.http_status = 200;
  sample.protocol_faults.push_back(failure.detail);
  return sample;
}

RequestSample ask_candidate(const ChatTarget& candidate, const Prompt& prompt, ChatOptions::Streaming streaming,
                            std::chrono::milliseconds silence, const InterruptFlag& interrupt) {
  ChatOptions options;
  options.deadlines.silence = silence;
  options.streaming = streaming;
  const bool tokens = streaming == ChatOptions::Streaming::no && !candidate.engine->protocol.logprobs_json.empty();
  options.logprobs = tokens ? ChatOptions::Logprobs::yes : ChatOptions::Logprobs::no;
  try {
    return ask(candidate, prompt, options, interrupt);
  } catch (const TrialError& error) {
    return silent_answer(error, candidate, prompt, interrupt);
  }
}

bool same_as_reference(const RequestSample& sample, const ReferenceAnswer& reference) {
  return whole_text(sample) == whole_text(reference.streamed);
}

bool is_broken(const Reference& reference, const CandidateAnswer& answer) {
  const PromptCase prompt_case{reference.answers[answer.reference_index], answer, reference.tie_margin};
  return std::any_of(prompt_checks().begin(), prompt_checks().end(),
                     [&](const PromptCheckRow& row) { return row.check(prompt_case).has_value(); });
}

}  // namespace

Interview interview(const ChatTarget& candidate, const Reference& reference, const InterviewPlan& plan,
                    const InterruptFlag& interrupt) {
  Interview result;
  int broken = 0;
  const std::chrono::milliseconds silence = silence_limit(reference);
  for (std::size_t i = 0; i < plan.prompts.size(); ++i) {
    if (std::chrono::steady_clock::now() > plan.deadline) {
      result.end = Interview::End::out_of_time;
      return result;
    }
    CandidateAnswer answer;
    answer.reference_index = plan.prompts[i];
    const ReferenceAnswer& expected = reference.answers[answer.reference_index];
    answer.streamed = ask_candidate(candidate, expected.prompt, ChatOptions::Streaming::yes, silence, interrupt);
    ++result.requests;
    const bool silent = answer.streamed.total_ms == 0 && !answer.streamed.protocol_faults.empty();
    if (silent) {  // the next one would be no better, and as slow
      result.answers.push_back(std::move(answer));
      result.end = Interview::End::enough_broken;
      return result;
    }
    if (plan.plain == InterviewPlan::Plain::every || i % 2 == 0 || !same_as_reference(answer.streamed, expected)) {
      answer.plain = ask_candidate(candidate, expected.prompt, ChatOptions::Streaming::no, silence, interrupt);
      ++result.requests;
    }
    if (is_broken(reference, answer)) ++broken;
    result.answers.push_back(std::move(answer));
    if (broken >= thresholds::broken_prompts_enough) {
      result.end = Interview::End::enough_broken;
      return result;
    }
  }
  if (!plan.prompts.empty()) result.state = ask_state(candidate, reference, plan, interrupt);
  result.requests += static_cast<std::int64_t>(result.state.size());
  return result;
}

std::optional<double> gate_speed_ratio(const Reference& reference, const Interview& interview) {
  const auto per_token = [](const RequestSample& sample) {
    const std::int64_t tokens = sample.usage.completion_tokens.value_or(0);
    if (tokens < 16 || !sample.last_token_ms || !sample.first_token_ms || *sample.last_token_ms <= *sample.first_token_ms)
      return 0.0;
    return (*sample.last_token_ms - *sample.first_token_ms) / static_cast<double>(tokens - 1);
  };
  std::vector<double> ratios;
  for (const CandidateAnswer& answer : interview.answers) {
    const double expected = per_token(reference.answers[answer.reference_index].streamed);
    const double observed = per_token(answer.streamed);
    if (expected > 0 && observed > 0) ratios.push_back(expected / observed);
  }
  if (ratios.empty()) return std::nullopt;
  std::sort(ratios.begin(), ratios.end());
  return ratios[ratios.size() / 2];
}

}  // namespace sweetspot
