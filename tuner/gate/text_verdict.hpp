#pragma once

#include "core/verdict.hpp"
#include "gate/gate.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sweetspot {

/// What the texts alone say: G6, or G7 once they were scored by the reference.
struct TextOutcome {
  Outcome outcome = Outcome::pass;
  std::string check = "G6";
  std::string detail;
};

/// More grey or different tokens, of so many compared, than near ties explain (gate.md 7.3 rule 4).
bool beyond_near_ties(const Rescored& figures, double near_tie_share, std::int64_t tokens_compared);

/// G7 (gate.md 7.3 rule 4) over all scored tokens.
TextOutcome by_scores(const GateContext& context, const Interview& interview, const Rescored& figures,
                      const std::vector<Divergence>& divergences, std::int64_t tokens_compared);

/// G6 alone, while nothing was re-scored; without log probabilities the empirical band of gate.md 7.3c.
TextOutcome by_first_divergences(const GateContext& context, const Interview& interview,
                                 const std::vector<Divergence>& divergences);

/// Right answers that the candidate gives no more, against those that only it gives (G12): more lost than chance explains
/// (exact one-sided McNemar test, 5 %) is the evidence. Text prompts with a known answer.
std::optional<Evidence> lost_answers(const GateContext& context, const Interview& interview);

/// The text that shows it best: of those that damn, the one with the shortest prompt.
std::optional<Evidence> text_evidence(const GateContext& context, const Interview& interview,
                                      const std::vector<Divergence>& divergences, const std::vector<ScoredText>* scores);

}  // namespace sweetspot
