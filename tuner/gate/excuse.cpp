#include "gate/excuse.hpp"

#include "core/text.hpp"
#include "gate/alignment.hpp"
#include "gate/thresholds.hpp"

#include <algorithm>

namespace sweetspot {
namespace {

constexpr std::size_t lone_failures_most = 2;

bool same_content(const RequestSample& streamed, const RequestSample& plain) {
  return whole_text(streamed) == whole_text(plain) && calls_text(streamed) == calls_text(plain);
}

/// All tokens are listed but for the last, which ends the turn. Those that end within a character may be missing.
bool can_be_replayed(const RequestSample& sample) {
  const auto listed = static_cast<std::int64_t>(sample.tokens.size());
  return listed > 0 && listed + 1 >= sample.usage.completion_tokens.value_or(0) && is_ascii(whole_text(sample));
}

}  // namespace

std::vector<std::size_t> left_before_call(const Reference& reference, const Interview& interview) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < interview.answers.size(); ++i) {
    const CandidateAnswer& answer = interview.answers[i];
    const ReferenceAnswer& expected = reference.answers[answer.reference_index];
    if (expected.prompt.tools_json.empty() || expected.prompt_tokens.empty() || !answer.plain) continue;
    if (!can_be_replayed(expected.plain) || !can_be_replayed(*answer.plain)) continue;
    if (!same_content(answer.streamed, *answer.plain)) continue;
    const auto at = first_token_divergence(expected.plain, *answer.plain);
    if (!at || *at >= answer.plain->tokens.size() || *at >= first_call_token(expected.plain)) continue;
    const auto judgement = judge_token(expected.plain.tokens[*at], answer.plain->tokens[*at].id, reference.tie_margin);
    if (judgement.classification == TokenJudgement::Class::tie) found.push_back(i);
  }
  return found;
}

std::vector<std::size_t> lone_tool_failures(const Reference& reference, const Interview& interview) {
  std::vector<std::size_t> failed;
  for (std::size_t i = 0; i < interview.answers.size(); ++i) {
    const CandidateAnswer& answer = interview.answers[i];
    if (check_tools({reference.answers[answer.reference_index], answer, reference.tie_margin})) failed.push_back(i);
  }
  return failed.size() > lone_failures_most ? std::vector<std::size_t>{} : failed;
}

bool still_calls(const ChatTarget& reference_server, const ReferenceAnswer& known, const InterruptFlag& interrupt) {
  ChatOptions options;
  options.prompt_cache = ChatOptions::PromptCache::off;
  return calls_text(ask(reference_server, known.prompt, options, interrupt)) == calls_text(known.streamed);
}

bool said_by_reference(const ChatTarget& reference_server, const Reference& reference, const CandidateAnswer& answer,
                       const InterruptFlag& interrupt) {
  const ReferenceAnswer& expected = reference.answers[answer.reference_index];
  const auto& tokens = answer.plain->tokens;
  const std::size_t from = first_token_divergence(expected.plain, *answer.plain).value_or(tokens.size());
  std::vector<std::int64_t> context = expected.prompt_tokens;
  for (std::size_t i = 0; i < from; ++i) context.push_back(tokens[i].id);
  const std::size_t end = std::min(tokens.size(), from + static_cast<std::size_t>(thresholds::rescored_per_prompt));
  for (std::size_t i = from; i < end; ++i) {
    const TokenRecord opinion = next_token(reference_server, context, thresholds::alternatives, interrupt);
    context.push_back(tokens[i].id);
    if (opinion.top.empty()) return false;  // nothing is known of this position
    if (judge_token(opinion, tokens[i].id, reference.tie_margin).classification > TokenJudgement::Class::tie) return false;
  }
  return true;
}

}  // namespace sweetspot
