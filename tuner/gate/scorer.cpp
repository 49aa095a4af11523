#include "gate/scorer.hpp"

#include "gate/answer_format.hpp"
#include "gate/rescore.hpp"
#include "gate/text_verdict.hpp"
#include "gate/thresholds.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sweetspot {
namespace {

bool same_text(const RequestSample& a, const RequestSample& b) { return a.text == b.text && a.reasoning == b.reasoning; }

/// Texts of this prompt can be held against the scorer's own answer.
bool known(const ReferenceAnswer& own) { return !own.prompt_tokens.empty() && !own.plain.tokens.empty(); }

/// The reference's own texts, as if a candidate had written them.
std::vector<CandidateAnswer> own_texts(const Reference& reference, const Reference& opinion) {
  std::vector<CandidateAnswer> texts;
  for (std::size_t i = 0; i < reference.answers.size(); ++i) {
    if (reference.answers[i].usable && known(opinion.answers[i])) texts.push_back({i, reference.answers[i].plain, std::nullopt});
  }
  return texts;
}

/// Why the scorer's opinion of the reference's own texts rules it out; empty when they are its own but for near ties.
std::string disagreement(const Scorer& scorer, const std::vector<CandidateAnswer>& texts, const Rescored& figures) {
  std::int64_t tokens = 0;
  for (const CandidateAnswer& text : texts)
    tokens += static_cast<std::int64_t>(scorer.opinion.answers[text.reference_index].plain.tokens.size());
  const std::vector<Divergence> divergences = scored_divergences(scorer, texts);
  const auto firsts = std::count_if(divergences.begin(), divergences.end(),
                                    [](const Divergence& divergence) { return divergence.classification == "miscommit"; });
  const bool miscommits = firsts + figures.miscommit > 0;
  if (!miscommits && !beyond_near_ties(figures, scorer.opinion.near_tie_share, tokens)) return {};
  return fmt::format("the scorer disagrees with the reference itself: {} of {} tokens",
                     std::max<std::int64_t>(figures.disagree, firsts), tokens);
}

}  // namespace

Scorer heard_scorer(const std::string& name, const ChatTarget& server, const Reference& reference,
                    const ReferenceProgress& progress, const InterruptFlag& interrupt) {
  Scorer scorer;
  scorer.name = name;
  std::vector<ReferenceAnswer> answers;
  for (const ReferenceAnswer& expected : reference.answers) {
    ReferenceAnswer answer;
    answer.prompt = expected.prompt;
    if (expected.usable) answer = plain_answer(server, expected.prompt, interrupt);
    answer.streamed = answer.plain;  // streamed it is never asked
    answers.push_back(std::move(answer));
    if (progress) progress(answers.size(), reference.answers.size());
  }
  const double tie_margin = measured_tie_margin(server, answers, interrupt);
  scorer.opinion = qualified(std::move(answers), reference.key, tie_margin, ChatTemplate::present);
  if (!can_rescore(scorer.opinion)) {
    scorer.refusal = "it gives no log probabilities, or takes no token ids";
    return scorer;
  }
  if (const auto reason = unsound_reason(scorer.opinion)) {
    scorer.refusal = *reason;
    return scorer;
  }
  const std::vector<CandidateAnswer> texts = own_texts(reference, scorer.opinion);
  const auto scores = rescore(server, scorer.opinion, texts, thresholds::broken_prompts_enough, interrupt);
  scorer.refusal = disagreement(scorer, texts, total(scores));
  return scorer;
}

std::vector<CandidateAnswer> differing_texts(const Reference& reference, const std::vector<CandidateAnswer>& answers) {
  std::vector<CandidateAnswer> texts;
  for (const CandidateAnswer& answer : answers) {
    const RequestSample& expected = reference.answers[answer.reference_index].plain;
    if (!same_text(answer.streamed, expected)) texts.push_back({answer.reference_index, answer.streamed, std::nullopt});
    if (answer.plain && !same_text(*answer.plain, expected) && !same_text(*answer.plain, answer.streamed))
      texts.push_back({answer.reference_index, *answer.plain, std::nullopt});
  }
  return texts;
}

std::string unknown_prompt(const Scorer& scorer, const std::vector<CandidateAnswer>& texts) {
  for (const CandidateAnswer& text : texts) {
    const ReferenceAnswer& own = scorer.opinion.answers[text.reference_index];
    if (!known(own) && !is_constrained(own.prompt)) return own.prompt.id;
  }
  return {};
}

std::vector<Divergence> scored_divergences(const Scorer& scorer, const std::vector<CandidateAnswer>& texts) {
  std::vector<Divergence> divergences;
  for (const CandidateAnswer& text : texts) {
    if (is_constrained(scorer.opinion.answers[text.reference_index].prompt)) continue;  // another engine's blanks are no opinion
    const auto found = greedy_divergences(scorer.opinion, {text});
    divergences.push_back(found.empty() ? Divergence{scorer.opinion.answers[text.reference_index].prompt.id, 0, 0.0, 1, "agree"}
                                        : found.front());
  }
  return divergences;
}

}  // namespace sweetspot
