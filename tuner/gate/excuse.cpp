#include "gate/excuse.hpp"

#include "core/text.hpp"
#include "gate/alignment.hpp"
#include "gate/thresholds.hpp"

#include <algorithm>
#include <array>

namespace sweetspot {
namespace {

constexpr std::size_t lone_failures_most = 2;

bool same_content(const RequestSample& a, const RequestSample& b) {
  return whole_text(a) == whole_text(b) && calls_text(a) == calls_text(b);
}

/// The checks that a text of the model's own may fail after a near tie: its calls, loops and markup, its facts.
constexpr std::array<std::string_view, 3> excusable{"G8", "G9", "G11"};

/// All tokens are listed but for the last, which ends the turn. Those that end within a character may be missing.
bool can_be_replayed(const RequestSample& sample) {
  const auto listed = static_cast<std::int64_t>(sample.tokens.size());
  return listed > 0 && listed + 1 >= sample.usage.completion_tokens.value_or(0) && is_ascii(whole_text(sample));
}

}  // namespace

bool may_be_excused(std::string_view check) { return std::find(excusable.begin(), excusable.end(), check) != excusable.end(); }

bool left_at_tie(const Reference& reference, const CandidateAnswer& answer) {
  const ReferenceAnswer& expected = reference.answers[answer.reference_index];
  if (!can_rescore(reference) || expected.prompt_tokens.empty() || !answer.plain) return false;
  if (!can_be_replayed(expected.plain) || !can_be_replayed(*answer.plain)) return false;
  // Only the answer that was not streamed lists its tokens: the other one must be the same, or the reference's.
  if (!same_content(answer.streamed, *answer.plain) && !same_content(answer.streamed, expected.streamed)) return false;
  const auto at = first_token_divergence(expected.plain, *answer.plain);
  if (!at || *at >= answer.plain->tokens.size() || *at >= first_call_token(expected.plain)) return false;
  const auto judgement = judge_token(expected.plain.tokens[*at], answer.plain->tokens[*at].id, reference.tie_margin);
  return judgement.classification == TokenJudgement::Class::tie;
}

std::vector<std::size_t> perhaps_its_own(const Reference& reference, const Interview& interview) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < interview.answers.size(); ++i) {
    const CandidateAnswer& answer = interview.answers[i];
    const PromptCase prompt_case{reference.answers[answer.reference_index], answer, reference.tie_margin};
    const bool fails = std::any_of(prompt_checks().begin(), prompt_checks().end(), [&](const PromptCheckRow& row) {
      return may_be_excused(row.id) && row.check(prompt_case).has_value();
    });
    if (fails && left_at_tie(reference, answer)) found.push_back(i);
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
  // To the end, however long: what was not heard is not excused.
  for (std::size_t i = from; i < tokens.size(); ++i) {
    const TokenRecord opinion = next_token(reference_server, context, thresholds::alternatives, interrupt);
    context.push_back(tokens[i].id);
    if (opinion.top.empty()) return false;  // nothing is known of this position
    if (judge_token(opinion, tokens[i].id, reference.tie_margin).classification > TokenJudgement::Class::tie) return false;
  }
  return true;
}

}  // namespace sweetspot
