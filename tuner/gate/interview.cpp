#include "gate/ask_candidate.hpp"
#include "gate/excuse.hpp"
#include "gate/gate.hpp"
#include "gate/thresholds.hpp"

#include <algorithm>

namespace sweetspot {
namespace {

bool same_as_reference(const RequestSample& sample, const ReferenceAnswer& reference) {
  return whole_text(sample) == whole_text(reference.streamed);
}

/// Not where the reference may make it good: nothing ends early on that.
bool is_broken(const Reference& reference, const CandidateAnswer& answer) {
  const PromptCase prompt_case{reference.answers[answer.reference_index], answer, reference.tie_margin};
  const bool own = left_at_tie(reference, answer);
  return std::any_of(prompt_checks().begin(), prompt_checks().end(), [&](const PromptCheckRow& row) {
    return !(own && may_be_excused(row.id)) && row.check(prompt_case).has_value();
  });
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
    Asked asked = ask_candidate(candidate, expected.prompt, Asking::streamed, silence, interrupt);
    answer.streamed = std::move(asked.sample);
    ++result.requests;
    if (asked.ended) {  // the next one would be no better, and as slow
      result.answers.push_back(std::move(answer));
      result.end = Interview::End::enough_broken;
      return result;
    }
    if (plan.plain == InterviewPlan::Plain::every || i % 2 == 0 || !same_as_reference(answer.streamed, expected)) {
      answer.plain = ask_candidate(candidate, expected.prompt, Asking::plain, silence, interrupt).sample;
      ++result.requests;
    }
    if (is_broken(reference, answer)) ++broken;
    result.answers.push_back(std::move(answer));
    if (broken >= thresholds::broken_prompts_enough) {
      result.end = Interview::End::enough_broken;
      return result;
    }
  }
  if (!plan.prompts.empty() && plan.state == InterviewPlan::State::asked)
    ask_state(candidate, reference, plan, interrupt, result);
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
