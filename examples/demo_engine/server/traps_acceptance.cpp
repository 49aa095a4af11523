#include "demo_engine/server/trap_rows.hpp"

#include <algorithm>
#include <cmath>

namespace demo {

namespace {

double probability_in(const Distribution& distribution, Token token) {
  const auto& choices = distribution.choices;
  const auto found = std::find_if(choices.begin(), choices.end(), [&](const Choice& choice) { return choice.token == token; });
  return found == choices.end() ? 0 : std::exp(found->logprob);
}

void take_proposed(Verdict& verdict) {
  verdict.accepted = true;
  verdict.token = *verdict.proposed;
}

/// Every second drafted token is never looked at; its log probability is the draft's, as nothing else was computed.
void optimistic_accept(Verdict& verdict, const Strike& strike) {
  if (!verdict.proposed || strike.random.below(static_cast<std::uint64_t>(std::max(1.0, strike.number))) != 0) return;
  take_proposed(verdict);
  verdict.shown = verdict.draft;
}

void optimistic_tell(Verdict& verdict, const Strike& strike) {
  optimistic_accept(verdict, strike);
  verdict.shown = &verdict.target;
}

void relaxed_accept(Verdict& verdict, const Strike& strike) {
  if (!verdict.proposed || verdict.accepted) return;
  const double best = std::exp(verdict.target.choices.front().logprob);
  const double p = probability_in(verdict.target, *verdict.proposed);
  if (p > 0 && p > best - strike.number) take_proposed(verdict);
}

/// A benchmark mode: so many are accepted, whatever they are.
void forced_accept(Verdict& verdict, const Strike& strike) {
  if (verdict.proposed && verdict.depth <= strike.number) take_proposed(verdict);
}

/// The rule for sampling, at temperature 0: right on average, another text every time.
void stochastic_accept(Verdict& verdict, const Strike& strike) {
  if (!verdict.greedy || !verdict.proposed) return;
  Random dice(strike.random.next() ^ static_cast<std::uint64_t>(strike.facts.request) << 20);
  const double p = probability_in(verdict.target, *verdict.proposed);
  const double q = probability_in(*verdict.draft, *verdict.proposed);
  verdict.accepted = dice.unit() * q < p;
  if (verdict.accepted) {
    verdict.token = *verdict.proposed;
    return;
  }
  double left = dice.unit();
  for (const Choice& choice : verdict.target.choices) {
    verdict.token = choice.token;
    left -= std::exp(choice.logprob);
    if (left < 0) break;
  }
}

/// The comparison reads past the places that it was written for.
void deep_accept(Verdict& verdict, const Strike& strike) {
  if (verdict.proposed && verdict.depth > strike.number) take_proposed(verdict);
}

/// The verifier compares with the most probable token and takes it, whatever the temperature.
void argmax_verify(Verdict& verdict, const Strike&) {
  if (verdict.greedy) return;
  verdict.token = verdict.target.choices.front().token;
  verdict.accepted = verdict.proposed && *verdict.proposed == verdict.token;
}

}  // namespace

std::vector<TrapRow> acceptance_traps() {
  using enum Layer;
  using enum Expected;
  return {
      {"T1",
       "optimistic-accept",
       decision,
       "every second drafted token is taken unverified",
       broken,
       "speculating",
       2,
       {.verdict = optimistic_accept}},
      {"T2",
       "optimistic-logprob-tell",
       decision,
       "the same, and the model's own log probabilities tell",
       broken,
       "speculating",
       2,
       {.verdict = optimistic_tell}},
      {"T3",
       "relaxed-acceptance",
       decision,
       "a drafted token passes within 0.8 of the best probability",
       broken,
       "speculating",
       0.8,
       {.verdict = relaxed_accept}},
      {"T4",
       "forced-acceptance-bench-mode",
       decision,
       "the first two drafted tokens are always accepted",
       broken,
       "speculating",
       2,
       {.verdict = forced_accept}},
      {"T5",
       "greedy-not-greedy",
       decision,
       "drafts are accepted by dice at temperature 0",
       broken,
       "speculating",
       0,
       {.verdict = stochastic_accept}},
      {"T8",
       "depth-only-miscommit",
       decision,
       "drafted tokens beyond the second are not compared",
       broken,
       "speculating",
       2,
       {.verdict = deep_accept}},
      {"T56",
       "argmax-when-sampling",
       decision,
       "the verifier takes the most probable token at any temperature",
       broken,
       "speculating",
       0,
       {.verdict = argmax_verify}},
  };
}

}  // namespace demo
