#include "demo_engine/server/trap_rows.hpp"

#include <algorithm>
#include <cmath>

namespace demo {

namespace {

// Nat; honest kernels differ by this much (gate.md: flips up to 0.24).
constexpr double benign_noise = 0.05;

/// Rolls back one token too few: the refused one stays in the context.
void keep_rejected(ContextEdit& edit, const Strike&) {
  Sequence& target = edit.target;
  if (!edit.rejected || target.size() <= edit.prompt_tokens) return;
  const Token correction = target.tokens().back();
  target.truncate(target.size() - 1);
  target.append(*edit.rejected);
  target.append(correction);
}

/// Rolls back too many: tokens that were sent are no longer known.
void erase_history(ContextEdit& edit, const Strike& strike) {
  Sequence& target = edit.target;
  const auto lost = static_cast<std::size_t>(strike.number);
  if (!edit.rejected || target.size() <= edit.prompt_tokens + lost + 1) return;
  const Token last = target.tokens().back();
  target.truncate(target.size() - 1 - lost);
  target.append(last);
}

/// After a partly accepted draft an uninitialised place is committed: a token that starts a text.
void inject_start(Verdict& verdict, const Strike& strike) {
  const bool partly = verdict.proposed && !verdict.accepted && verdict.depth > 1;
  if (!partly || strike.random.below(static_cast<std::uint64_t>(strike.number)) != 0) return;
  verdict.token = strike.vocabulary.encode("<|endoftext|>", Vocabulary::Specials::parse).front();
}

/// The error of a quantised cache grows with what is in it, and what is in it stays from request to request.
void decay_with_depth(Numerics& numerics, const Strike& strike) {
  const double requests = std::min(strike.facts.request, 12) / 4.0;
  numerics.cache_noise = std::hypot(numerics.cache_noise, 0.1 * requests);
  numerics.cache_growth += strike.number * requests;
}

/// The first requests choose kernels; later ones know which.
void cold_start(Numerics& numerics, const Strike& strike) {
  if (strike.facts.request > strike.number) return;
  numerics.kernel_noise = std::hypot(numerics.kernel_noise, benign_noise);
  numerics.kernel += 1001;
}

/// Rows of a batch are summed in another order each time.
void batch_order(Numerics& numerics, const Strike& strike) {
  numerics.kernel_noise = std::hypot(numerics.kernel_noise, benign_noise);
  numerics.kernel += 2000 + static_cast<std::uint64_t>(strike.facts.request);
}

/// Where two tokens are equally probable either may win, and another one the next time.
void either_of_a_tie(Verdict& verdict, const Strike& strike) {
  const auto& choices = verdict.target.choices;
  if (!verdict.greedy || choices.size() < 2 || choices[0].logprob - choices[1].logprob > strike.number) return;
  Random dice(strike.random.next() ^ static_cast<std::uint64_t>(strike.facts.request) << 20);
  verdict.token = choices[dice.below(2)].token;
  verdict.accepted = verdict.proposed && *verdict.proposed == verdict.token;
}

}  // namespace

std::vector<TrapRow> state_traps() {
  using enum Layer;
  using enum Expected;
  return {
      {"T6",
       "reject-rollback-bug",
       context,
       "a refused draft token stays in the context",
       broken,
       "speculating",
       0,
       {.context = keep_rejected}},
      {"T7",
       "bos-injection",
       decision,
       "a text's start token is committed after some partly accepted drafts",
       broken,
       "speculating",
       8,
       {.verdict = inject_start}},
      {"T9",
       "history-erasure",
       context,
       "sent tokens vanish from the context after a refusal",
       broken,
       "speculating",
       3,
       {.context = erase_history}},
      {"T36",
       "kv-quant-tool-decay",
       context,
       "a quantised cache decays with depth and from request to request",
       lossy_or_broken,
       "lossy",
       0.8,
       {.numerics = decay_with_depth}},
      {"T38",
       "cold-start-divergence",
       context,
       "the first requests are rounded otherwise",
       pass,
       "",
       2,
       {.numerics = cold_start}},
      {"T39",
       "batch-nondeterminism",
       concurrency,
       "parallel requests are rounded otherwise each time",
       pass,
       "concurrency>1",
       0,
       {.numerics = batch_order}},
      {"T40", "exact-tie", decision, "either of two equally probable tokens", pass, "", 0.02, {.verdict = either_of_a_tie}},
  };
}

}  // namespace demo
