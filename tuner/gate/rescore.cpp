#include "gate/rescore.hpp"

#include "core/text.hpp"
#include "gate/alignment.hpp"
#include "gate/answer_format.hpp"
#include "gate/stop_texts.hpp"
#include "gate/thresholds.hpp"

#include <algorithm>
#include <utility>

namespace sweetspot {
namespace {

bool differs(const RequestSample& a, const RequestSample& b) { return a.text != b.text || a.reasoning != b.reasoning; }

/// A text that ends where the reference goes on: an end was chosen, or a token that a stop text begins with.
TokenJudgement judge_end(const Prompt& prompt, const TokenRecord& reference, double tie_margin) {
  TokenJudgement best = judge_text(reference, "", tie_margin);
  for (const std::string& stop : stop_texts(prompt)) {
    const TokenJudgement by_stop = judge_split(reference, stop, tie_margin);
    if (by_stop.classification < best.classification) best = by_stop;
  }
  return best;
}

std::optional<Divergence> divergence_by_text(const ReferenceAnswer& reference, const RequestSample& sample, double tie_margin) {
  const auto found = first_text_divergence(reference.plain, sample);
  if (!found) return std::nullopt;
  Divergence divergence;
  divergence.prompt_id = reference.prompt.id;
  divergence.token = static_cast<std::int64_t>(found->token);
  const bool ends = found->continuation.empty() && !stop_texts(reference.prompt).empty();
  const bool at_listed = found->token < reference.plain.tokens.size();
  const TokenJudgement judgement = ends && at_listed
                                       ? judge_end(reference.prompt, reference.plain.tokens[found->token], tie_margin)
                                       : judge_divergence(reference.plain, *found, tie_margin);
  divergence.margin = judgement.margin;
  divergence.rank = judgement.rank;
  divergence.classification = to_string(judgement.classification);
  // Where tokens are missing from the list the alternatives may be those of half a character: only re-scoring can tell.
  // The same text may have been split otherwise. One that ends before its stop text has nothing to re-score.
  const bool split =
      at_listed && judge_split(reference.plain.tokens[found->token], found->continuation, tie_margin).classification <=
                       TokenJudgement::Class::tie;
  const bool scorable = !ends && (split || !lists_every_token(reference.prompt, reference.plain));
  if (scorable && divergence.classification == "miscommit") divergence.classification = "unknown";
  return divergence;
}

std::optional<Divergence> divergence_by_tokens(const ReferenceAnswer& reference, const RequestSample& plain, double tie_margin) {
  const auto at = first_token_divergence(reference.plain, plain);
  if (!at || *at >= first_call_token(reference.plain)) return std::nullopt;  // inside a call values decide (G8)
  if (!lists_every_token(reference.prompt, reference.plain) || !lists_every_token(reference.prompt, plain))
    return divergence_by_text(reference, plain, tie_margin);
  Divergence divergence;
  divergence.prompt_id = reference.prompt.id;
  divergence.token = static_cast<std::int64_t>(*at);
  TokenJudgement judgement;
  if (*at >= plain.tokens.size()) {
    judgement = judge_end(reference.prompt, reference.plain.tokens[*at], tie_margin);
  } else {
    judgement = judge_token(reference.plain.tokens[*at], plain.tokens[*at].id, tie_margin);
  }
  divergence.margin = judgement.margin;
  divergence.rank = judgement.rank;
  divergence.classification = to_string(judgement.classification);
  return divergence;
}

/// From the token ids that the candidate listed.
std::optional<ForcedText> listed_sequence(const ReferenceAnswer& reference, const RequestSample& plain) {
  const auto at = first_token_divergence(reference.plain, plain);
  const std::size_t end = first_call_token(plain);
  if (!at || *at >= end) return std::nullopt;
  ForcedText sequence;
  sequence.prompt_id = reference.prompt.id;
  sequence.prompt = reference.prompt_tokens;
  sequence.from = *at;
  for (std::size_t i = 0; i < end; ++i) {
    if (i < *at) sequence.before += plain.tokens[i].bytes;
    sequence.tokens.push_back(plain.tokens[i].id);
    sequence.bytes.push_back(plain.tokens[i].bytes);
  }
  return sequence;
}

std::string bytes_before(const RequestSample& sample, std::size_t token) {
  std::string bytes;
  for (std::size_t i = 0; i < std::min(token, sample.tokens.size()); ++i) bytes += sample.tokens[i].bytes;
  return bytes;
}

/// Its place in the text is known: no control token, no part of a character.
bool is_plain(const std::string& bytes) { return !bytes.empty() && is_ascii(bytes); }

/// From text alone: what both share as the reference split it, where that is known, then the candidate's own, tokenised anew.
/// Scored from a little before the difference on, where the candidate may already have taken another token.
std::optional<ForcedText> text_sequence(const Teacher& teacher, const ReferenceAnswer& reference, const RequestSample& sample) {
  const auto found = first_text_divergence(reference.plain, sample);
  if (!found || found->continuation.empty()) return std::nullopt;
  const auto& known = reference.plain.tokens;
  const std::size_t difference = std::min(found->token, known.size());
  std::size_t from = difference;
  std::string shared;
  while (from > 0 && is_plain(known[from - 1].bytes) && known[from - 1].bytes.size() + shared.size() <= thresholds::split_bytes)
    shared.insert(0, known[--from].bytes);
  ForcedText sequence;
  sequence.prompt_id = reference.prompt.id;
  sequence.prompt = reference.prompt_tokens;
  sequence.tokenised = true;
  sequence.before = bytes_before(reference.plain, from);
  sequence.own = shared + found->continuation;
  std::string anew = sequence.own;
  if (lists_every_token(reference.prompt, reference.plain)) {
    for (std::size_t i = 0; i < difference; ++i) {
      sequence.tokens.push_back(known[i].id);
      sequence.bytes.push_back(known[i].bytes);
    }
    sequence.from = from;
    anew = found->continuation;
  } else {
    if (from > 0) sequence.tokens = teacher.tokenize(sequence.before);
    sequence.from = sequence.tokens.size();
  }
  for (const std::int64_t token : teacher.tokenize(anew)) sequence.tokens.push_back(token);
  return sequence;
}

/// The plain answer's, from its ids where they are complete. Where the reference's are not, more of it is scored.
std::optional<ForcedText> plain_sequence(const Teacher& teacher, const ReferenceAnswer& reference, const RequestSample& plain) {
  if (lists_every_token(reference.prompt, plain)) return listed_sequence(reference, plain);
  return text_sequence(teacher, reference, plain);
}

}  // namespace

std::vector<Divergence> greedy_divergences(const Reference& reference, const std::vector<CandidateAnswer>& answers) {
  std::vector<Divergence> divergences;
  for (const CandidateAnswer& answer : answers) {
    const ReferenceAnswer& expected = reference.answers[answer.reference_index];
    std::optional<Divergence> found;
    if (answer.plain && !answer.plain->tokens.empty())
      found = divergence_by_tokens(expected, *answer.plain, reference.tie_margin);
    // What the user sees may differ where the plain answer does not.
    const bool tokens_hide_it = !found && differs(answer.streamed, expected.plain);
    if (!answer.plain || differs(answer.streamed, *answer.plain) || tokens_hide_it) {
      const auto seen = divergence_by_text(expected, answer.streamed, reference.tie_margin);
      if (!found || (seen && seen->classification == "miscommit")) found = seen ? seen : found;
    }
    if (found) divergences.push_back(*found);
  }
  return divergences;
}

bool needs_rescoring(const Reference& reference, const std::vector<CandidateAnswer>& answers) {
  if (!can_rescore(reference)) return false;
  return !greedy_divergences(reference, answers).empty();
}

std::vector<ScoredText> rescore(const ChatTarget& reference_server, const Reference& reference,
                                const std::vector<CandidateAnswer>& answers, int miscommits_enough,
                                const InterruptFlag& interrupt) {
  const Teacher teacher{[&](const std::vector<std::int64_t>& tokens) {
                          return next_token(reference_server, tokens, thresholds::alternatives, interrupt);
                        },
                        [&](const std::string& text) { return tokenize(reference_server, text, interrupt); }};
  return rescore(teacher, reference, answers, miscommits_enough);
}

std::vector<ScoredText> rescore(const Teacher& teacher, const Reference& reference, const std::vector<CandidateAnswer>& answers,
                                int miscommits_enough) {
  std::vector<ScoredText> texts;
  for (const CandidateAnswer& answer : answers) {
    const ReferenceAnswer& expected = reference.answers[answer.reference_index];
    const bool other = differs(answer.streamed, expected.plain) || (answer.plain && differs(*answer.plain, expected.plain));
    if (is_constrained(expected.prompt) && other) texts.push_back({.prompt_id = expected.prompt.id, .unscored = Unscored::form});
    if (expected.prompt_tokens.empty()) continue;
    std::vector<ForcedText> sequences;
    if (answer.plain) {
      if (auto sequence = plain_sequence(teacher, expected, *answer.plain)) sequences.push_back(std::move(*sequence));
    }
    if (differs(answer.streamed, expected.plain) && (!answer.plain || differs(answer.streamed, *answer.plain))) {
      if (auto sequence = text_sequence(teacher, expected, answer.streamed)) sequences.push_back(std::move(*sequence));
    }
    for (ForcedText& sequence : sequences) {
      const Rescored so_far = total(texts);
      if (so_far.miscommit >= miscommits_enough) return texts;
      if (so_far.tokens >= thresholds::rescored_in_all) {
        texts.push_back({.prompt_id = sequence.prompt_id, .unscored = Unscored::in_all});
        return texts;
      }
      texts.push_back(forced(teacher, std::move(sequence), thresholds::rescored_per_prompt, reference.tie_margin));
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
    for (std::size_t i = 0; i < sum.histogram.size(); ++i) sum.histogram[i] += text.figures.histogram[i];
  }
  return sum;
}

}  // namespace sweetspot
