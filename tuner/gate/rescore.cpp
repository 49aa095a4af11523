#include "gate/rescore.hpp"

#include "gate/alignment.hpp"
#include "gate/thresholds.hpp"

#include <algorithm>

namespace sweetspot {
namespace {

/// A token sequence to score: `tokens[from]` is the first that the reference did not choose.
struct Sequence {
  const ReferenceAnswer* reference = nullptr;
  std::vector<std::int64_t> tokens;
  std::vector<std::string> bytes;
  std::size_t from = 0;
};

bool differs(const RequestSample& a, const RequestSample& b) { return a.text != b.text || a.reasoning != b.reasoning; }

std::optional<Divergence> divergence_by_tokens(const ReferenceAnswer& reference, const RequestSample& plain, double tie_margin) {
  const auto at = first_token_divergence(reference.plain, plain);
  if (!at || *at >= first_call_token(reference.plain)) return std::nullopt;  // inside a call values decide (G8)
  Divergence divergence;
  divergence.prompt_id = reference.prompt.id;
  divergence.token = static_cast<std::int64_t>(*at);
  TokenJudgement judgement;
  if (*at >= plain.tokens.size()) {
    judgement = judge_text(reference.plain.tokens[*at], "", tie_margin);
  } else {
    judgement = judge_token(reference.plain.tokens[*at], plain.tokens[*at].id, tie_margin);
  }
  divergence.margin = judgement.margin;
  divergence.rank = judgement.rank;
  divergence.classification = to_string(judgement.classification);
  return divergence;
}

std::optional<Divergence> divergence_by_text(const ReferenceAnswer& reference, const RequestSample& sample, double tie_margin) {
  const auto found = first_text_divergence(reference.plain, sample);
  if (!found) return std::nullopt;
  Divergence divergence;
  divergence.prompt_id = reference.prompt.id;
  divergence.token = static_cast<std::int64_t>(found->token);
  divergence.classification = to_string(TokenJudgement::Class::miscommit);
  if (found->token < reference.plain.tokens.size()) {
    const TokenJudgement judgement = judge_text(reference.plain.tokens[found->token], found->continuation, tie_margin);
    divergence.margin = judgement.margin;
    divergence.rank = judgement.rank;
    divergence.classification = to_string(judgement.classification);
  }
  return divergence;
}

/// From the token ids that the candidate listed.
std::optional<Sequence> listed_sequence(const ReferenceAnswer& reference, const RequestSample& plain) {
  const auto at = first_token_divergence(reference.plain, plain);
  const std::size_t end = first_call_token(plain);
  if (!at || *at >= end) return std::nullopt;
  Sequence sequence;
  sequence.reference = &reference;
  sequence.from = *at;
  for (std::size_t i = 0; i < end; ++i) {
    sequence.tokens.push_back(plain.tokens[i].id);
    sequence.bytes.push_back(plain.tokens[i].bytes);
  }
  return sequence;
}

/// From text alone: the reference's tokens up to the divergence, then the rest of that channel tokenised anew.
std::optional<Sequence> text_sequence(const ChatTarget& server, const ReferenceAnswer& reference, const RequestSample& sample,
                                      const InterruptFlag& interrupt) {
  const auto found = first_text_divergence(reference.plain, sample);
  if (!found || found->continuation.empty()) return std::nullopt;
  Sequence sequence;
  sequence.reference = &reference;
  sequence.from = std::min(found->token, reference.plain.tokens.size());
  for (std::size_t i = 0; i < sequence.from; ++i) sequence.tokens.push_back(reference.plain.tokens[i].id);
  for (const std::int64_t token : tokenize(server, found->continuation, interrupt)) sequence.tokens.push_back(token);
  return sequence;
}

std::string shown(const TokenRecord& record) { return record.top.empty() ? "" : record.top.front().bytes; }

ScoredText score(const ChatTarget& server, const Sequence& sequence, std::int64_t positions, double tie_margin,
                 const InterruptFlag& interrupt) {
  ScoredText scored;
  scored.prompt_id = sequence.reference->prompt.id;
  const std::size_t end = std::min(sequence.tokens.size(), sequence.from + static_cast<std::size_t>(positions));
  std::vector<std::int64_t> context = sequence.reference->prompt_tokens;
  context.insert(context.end(), sequence.tokens.begin(), sequence.tokens.begin() + static_cast<std::ptrdiff_t>(sequence.from));
  std::string before;
  for (std::size_t i = sequence.from; i < end; ++i) {
    const TokenRecord opinion = next_token(server, context, thresholds::alternatives, interrupt);
    const TokenJudgement judgement = judge_token(opinion, sequence.tokens[i], tie_margin);
    const std::string observed = i < sequence.bytes.size() ? sequence.bytes[i] : "token " + std::to_string(sequence.tokens[i]);
    using Class = TokenJudgement::Class;
    ++scored.figures.tokens;
    if (judgement.classification != Class::agree) ++scored.figures.disagree;
    if (judgement.classification == Class::grey) ++scored.figures.grey;
    if (judgement.classification == Class::miscommit) ++scored.figures.miscommit;
    const bool first_miscommit = judgement.classification == Class::miscommit && scored.figures.miscommit == 1;
    if (first_miscommit || (scored.figures.miscommit == 0 && judgement.margin_at_least > scored.figures.worst_margin)) {
      scored.worst = Evidence{scored.prompt_id, before + shown(opinion), before + observed,
                              "at token " + std::to_string(i) + " the reference prefers another one by " +
                                  std::to_string(judgement.margin_at_least).substr(0, 4) + " nat" + (judgement.margin ? "" : " or more")};
    }
    scored.figures.worst_margin = std::max(scored.figures.worst_margin, judgement.margin_at_least);
    before += observed;
    if (before.size() > 64) before = before.substr(before.size() - 48);
    context.push_back(sequence.tokens[i]);
  }
  return scored;
}

}  // namespace

std::vector<Divergence> greedy_divergences(const Reference& reference, const std::vector<CandidateAnswer>& answers) {
  std::vector<Divergence> divergences;
  for (const CandidateAnswer& answer : answers) {
    const ReferenceAnswer& expected = reference.answers[answer.reference_index];
    std::optional<Divergence> found;
    if (answer.plain && !answer.plain->tokens.empty()) found = divergence_by_tokens(expected, *answer.plain, reference.tie_margin);
    // What the user sees may differ where the plain answer does not.
    const auto seen = divergence_by_text(expected, answer.streamed, reference.tie_margin);
    if (!found || (seen && seen->classification == "miscommit")) found = seen ? seen : found;
    if (found) divergences.push_back(*found);
  }
  return divergences;
}

bool needs_rescoring(const Reference& reference, const std::vector<CandidateAnswer>& answers) {
  if (!reference.has_logprobs) return false;
  return !greedy_divergences(reference, answers).empty();
}

std::vector<ScoredText> rescore(const ChatTarget& reference_server, const Reference& reference,
                                const std::vector<CandidateAnswer>& answers, int miscommits_enough, const InterruptFlag& interrupt) {
  std::vector<ScoredText> texts;
  for (const CandidateAnswer& answer : answers) {
    const ReferenceAnswer& expected = reference.answers[answer.reference_index];
    if (expected.prompt_tokens.empty()) continue;
    std::vector<Sequence> sequences;
    if (answer.plain) {
      if (auto sequence = listed_sequence(expected, *answer.plain)) sequences.push_back(std::move(*sequence));
    }
    if (differs(answer.streamed, expected.plain) && (!answer.plain || differs(answer.streamed, *answer.plain))) {
      if (auto sequence = text_sequence(reference_server, expected, answer.streamed, interrupt)) sequences.push_back(std::move(*sequence));
    }
    for (const Sequence& sequence : sequences) {
      const Rescored so_far = total(texts);
      if (so_far.tokens >= thresholds::rescored_in_all || so_far.miscommit >= miscommits_enough) return texts;
      texts.push_back(score(reference_server, sequence, thresholds::rescored_per_prompt, reference.tie_margin, interrupt));
    }
  }
  return texts;
}

Rescored total(const std::vector<ScoredText>& texts) {
  Rescored sum;
  for (const ScoredText& text : texts) {
    sum.tokens += text.figures.tokens;
    sum.disagree += text.figures.disagree;
    sum.grey += text.figures.grey;
    sum.miscommit += text.figures.miscommit;
    sum.worst_margin = std::max(sum.worst_margin, text.figures.worst_margin);
  }
  return sum;
}

}  // namespace sweetspot
