#include "gate/rescore.hpp"

#include "gate/alignment.hpp"
#include "gate/stop_texts.hpp"
#include "gate/thresholds.hpp"

#include <algorithm>

namespace sweetspot {
namespace {

constexpr std::size_t excerpt_bytes = 48;

/// A token sequence to score: `tokens[from]` is the first that the reference did not choose.
struct Sequence {
  const ReferenceAnswer* reference = nullptr;
  std::vector<std::int64_t> tokens;
  std::vector<std::string> bytes;
  std::size_t from = 0;
  std::string before;      ///< text before it, for people
  std::string own;         ///< the candidate's own bytes, where they were tokenised anew
  bool tokenised = false;  ///< by the server's tokenizer, not by the model: the split may differ from what was generated
};

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
std::optional<Sequence> listed_sequence(const ReferenceAnswer& reference, const RequestSample& plain) {
  const auto at = first_token_divergence(reference.plain, plain);
  const std::size_t end = first_call_token(plain);
  if (!at || *at >= end) return std::nullopt;
  Sequence sequence;
  sequence.reference = &reference;
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

/// From text alone: what both share as the reference split it, where that is known, then the candidate's own, tokenised anew.
Sequence tokenised_sequence(const ChatTarget& server, const ReferenceAnswer& reference, const TextDivergence& found,
                            const InterruptFlag& interrupt) {
  Sequence sequence;
  sequence.reference = &reference;
  sequence.tokenised = true;
  sequence.own = found.continuation;
  const std::string shared = bytes_before(reference.plain, found.token);
  sequence.before = shared.substr(shared.size() > excerpt_bytes ? shared.size() - excerpt_bytes : 0);
  if (lists_every_token(reference.prompt, reference.plain)) {
    for (std::size_t i = 0; i < std::min(found.token, reference.plain.tokens.size()); ++i)
      sequence.tokens.push_back(reference.plain.tokens[i].id);
  } else if (!shared.empty()) {
    sequence.tokens = tokenize(server, shared, interrupt);
  }
  sequence.from = sequence.tokens.size();
  for (const std::int64_t token : tokenize(server, sequence.own, interrupt)) sequence.tokens.push_back(token);
  return sequence;
}

std::optional<Sequence> text_sequence(const ChatTarget& server, const ReferenceAnswer& reference, const RequestSample& sample,
                                      const InterruptFlag& interrupt) {
  const auto found = first_text_divergence(reference.plain, sample);
  if (!found || found->continuation.empty()) return std::nullopt;
  return tokenised_sequence(server, reference, *found, interrupt);
}

/// The plain answer's, from its ids where they are complete. Where the reference's are not, more of it is scored.
std::optional<Sequence> plain_sequence(const ChatTarget& server, const ReferenceAnswer& reference, const RequestSample& plain,
                                       const InterruptFlag& interrupt) {
  if (lists_every_token(reference.prompt, plain)) return listed_sequence(reference, plain);
  return text_sequence(server, reference, plain, interrupt);
}

/// The end of what comes before, short enough that the difference after it is seen in one line.
std::string lead(const std::string& before) {
  constexpr std::size_t lead_bytes = 24;
  std::size_t from = before.size() > lead_bytes ? before.size() - lead_bytes : 0;
  while (from < before.size() && (static_cast<unsigned char>(before[from]) & 0xC0U) == 0x80U) ++from;
  return before.substr(from);
}

std::string shown(const TokenRecord& record) { return record.top.empty() ? "" : record.top.front().bytes; }

/// What the reference thinks of the token at `i`. Where the tokenizer split otherwise than the model did, the text fits
/// although the token does not: then the model's own split takes its place.
TokenJudgement judgement_at(const ChatTarget& server, Sequence& sequence, std::size_t i, const TokenRecord& opinion,
                            std::string_view rest, double tie_margin, const InterruptFlag& interrupt) {
  const TokenJudgement judgement = judge_token(opinion, sequence.tokens[i], tie_margin);
  const bool damns = judgement.classification == TokenJudgement::Class::miscommit;
  if (!sequence.tokenised || !damns || rest.empty()) return judgement;
  const TokenJudgement by_text = judge_split(opinion, rest, tie_margin);
  if (by_text.classification > TokenJudgement::Class::tie) return judgement;
  const TokenAlternative& fitting = opinion.top[static_cast<std::size_t>(*by_text.rank) - 1];
  sequence.tokens.resize(i);
  sequence.tokens.push_back(fitting.id);
  const std::string after(rest.substr(fitting.bytes.size()));
  if (!after.empty()) {
    for (const std::int64_t token : tokenize(server, after, interrupt)) sequence.tokens.push_back(token);
  }
  return by_text;
}

std::string bytes_of(const Sequence& sequence, std::size_t i, const TokenRecord& opinion) {
  if (i < sequence.bytes.size()) return sequence.bytes[i];
  for (const TokenAlternative& alternative : opinion.top) {
    if (alternative.id == sequence.tokens[i]) return alternative.bytes;
  }
  return {};
}

void count(Rescored& figures, const TokenJudgement& judgement) {
  using Class = TokenJudgement::Class;
  ++figures.tokens;
  if (judgement.classification != Class::agree) ++figures.disagree;
  if (judgement.classification == Class::grey) ++figures.grey;
  if (judgement.classification == Class::miscommit) ++figures.miscommit;
  constexpr std::array<double, 6> bounds = {0, 0.1, 0.5, 1, 2, 4};
  const double margin = judgement.classification == Class::agree ? 0 : std::max(judgement.margin_at_least, 1e-9);
  ++figures.histogram[static_cast<std::size_t>(std::lower_bound(bounds.begin(), bounds.end(), margin) - bounds.begin())];
}

ScoredText score(const ChatTarget& server, Sequence sequence, std::int64_t positions, double tie_margin,
                 const InterruptFlag& interrupt) {
  ScoredText scored;
  scored.prompt_id = sequence.reference->prompt.id;
  const std::size_t end = sequence.from + static_cast<std::size_t>(positions);
  scored.cut = end < sequence.tokens.size();
  std::vector<std::int64_t> context = sequence.reference->prompt_tokens;
  context.insert(context.end(), sequence.tokens.begin(), sequence.tokens.begin() + static_cast<std::ptrdiff_t>(sequence.from));
  std::string before =
      sequence.before.substr(sequence.before.size() > excerpt_bytes ? sequence.before.size() - excerpt_bytes : 0);
  std::string_view rest = sequence.own;
  for (std::size_t i = sequence.from; i < std::min(end, sequence.tokens.size()); ++i) {
    const TokenRecord opinion = next_token(server, context, thresholds::alternatives, interrupt);
    if (opinion.top.empty() && sequence.tokenised) {
      scored.lost = true;
      break;
    }
    const TokenJudgement judgement = judgement_at(server, sequence, i, opinion, rest, tie_margin, interrupt);
    context.push_back(sequence.tokens[i]);
    if (opinion.top.empty()) continue;  // nothing is known of this position
    count(scored.figures, judgement);
    const std::string observed = bytes_of(sequence, i, opinion);
    const bool first_miscommit = judgement.classification == TokenJudgement::Class::miscommit && scored.figures.miscommit == 1;
    if (first_miscommit || (scored.figures.miscommit == 0 && judgement.margin_at_least > scored.figures.worst_margin)) {
      const std::string seen = observed.empty() ? std::string(rest.substr(0, excerpt_bytes)) : observed;
      scored.worst =
          Evidence{scored.prompt_id, lead(before) + shown(opinion), lead(before) + (seen.empty() ? "(end)" : seen),
                   "at token " + std::to_string(i) + " the model itself prefers another one by " +
                       std::to_string(judgement.margin_at_least).substr(0, 4) + " nat" + (judgement.margin ? "" : " or more")};
    }
    scored.figures.worst_margin = std::max(scored.figures.worst_margin, judgement.margin_at_least);
    if (sequence.tokenised && observed.empty()) break;  // its bytes are not known: what follows cannot be placed
    before += observed;
    if (before.size() > 2 * excerpt_bytes) before = before.substr(before.size() - excerpt_bytes);
    rest.remove_prefix(std::min(rest.size(), observed.size()));
  }
  return scored;
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
  std::vector<ScoredText> texts;
  for (const CandidateAnswer& answer : answers) {
    const ReferenceAnswer& expected = reference.answers[answer.reference_index];
    if (expected.prompt_tokens.empty()) continue;
    std::vector<Sequence> sequences;
    if (answer.plain) {
      if (auto sequence = plain_sequence(reference_server, expected, *answer.plain, interrupt))
        sequences.push_back(std::move(*sequence));
    }
    if (differs(answer.streamed, expected.plain) && (!answer.plain || differs(answer.streamed, *answer.plain))) {
      if (auto sequence = text_sequence(reference_server, expected, answer.streamed, interrupt))
        sequences.push_back(std::move(*sequence));
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
    for (std::size_t i = 0; i < sum.histogram.size(); ++i) sum.histogram[i] += text.figures.histogram[i];
  }
  return sum;
}

}  // namespace sweetspot
