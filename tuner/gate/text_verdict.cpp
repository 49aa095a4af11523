#include "gate/text_verdict.hpp"

#include "gate/alignment.hpp"
#include "gate/thresholds.hpp"
#include "gate/tool_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace sweetspot {
namespace {

int text_prompts(const GateContext& context, const Interview& interview) {
  return static_cast<int>(std::count_if(interview.answers.begin(), interview.answers.end(), [&](const CandidateAnswer& answer) {
    return context.reference.answers[answer.reference_index].prompt.tools_json.empty();
  }));
}

std::string figures_text(const Rescored& figures) {
  return std::to_string(figures.tokens) + " tokens re-scored: " + std::to_string(figures.disagree) + " differ, " +
         std::to_string(figures.grey) + " grey, " + std::to_string(figures.miscommit) + " miscommits, worst margin " +
         std::to_string(figures.worst_margin).substr(0, 4) + " nat";
}

bool any_answer_lost(const GateContext& context, const Interview& interview) {
  return std::any_of(interview.answers.begin(), interview.answers.end(), [&](const CandidateAnswer& answer) {
    const ReferenceAnswer& reference = context.reference.answers[answer.reference_index];
    return !expectation_fault(reference.prompt, reference.streamed) && expectation_fault(reference.prompt, answer.streamed);
  });
}

/// gate.md 7.3c: as often different as the engine is from itself, and right wherever the answer is known.
TextOutcome by_band(const GateContext& context, const Interview& interview, const std::vector<Divergence>& divergences) {
  std::set<std::string> different;
  for (const CandidateAnswer& answer : interview.answers) {
    const Prompt& prompt = context.reference.answers[answer.reference_index].prompt;
    const bool differs = std::any_of(divergences.begin(), divergences.end(),
                                     [&](const Divergence& divergence) { return divergence.prompt_id == prompt.id; });
    if (differs && prompt.tools_json.empty()) different.insert(prompt.id);
  }
  const double share = static_cast<double>(different.size()) / std::max(text_prompts(context, interview), 1);
  const std::string detail = fmt::format("{} texts differ ({:.0f} %; other kernels of this engine change {:.0f} %), not scored",
                                         different.size(), 100 * share, 100 * context.reference.self_difference);
  const bool within =
      share <= thresholds::band_factor * context.reference.self_difference && !any_answer_lost(context, interview);
  return {within ? Outcome::tie : Outcome::inconclusive, "G6", detail};
}

/// Probability of at least `losses` heads in losses + wins throws of a fair coin.
double chance_of(int losses, int wins) {
  const int n = losses + wins;
  double term = std::pow(0.5, n);  // of no head
  double tail = 0;
  for (int k = 0; k <= n; ++k) {
    if (k >= losses) tail += term;
    term *= static_cast<double>(n - k) / (k + 1);
  }
  return tail;
}

}  // namespace

bool beyond_near_ties(const Rescored& figures, double near_tie_share, std::int64_t tokens_compared) {
  const auto tokens = static_cast<double>(std::max<std::int64_t>(tokens_compared, 1));
  const double grey_allowed = std::max<double>(thresholds::grey_allowed, thresholds::grey_share * tokens);
  const bool too_different =
      figures.disagree > thresholds::disagreement_allowed &&
      static_cast<double>(figures.disagree) / tokens > thresholds::disagreement_factor * std::max(near_tie_share, 0.002);
  return static_cast<double>(figures.grey) > grey_allowed || too_different;
}

TextOutcome by_scores(const GateContext& context, const Interview& interview, const Rescored& figures,
                      const std::vector<Divergence>& divergences, std::int64_t tokens_compared) {
  const Strictness mode = strictness(context.engine, context.parameters, context.config);
  const auto firsts =
      std::count_if(divergences.begin(), divergences.end(), [](const Divergence& d) { return d.classification == "miscommit"; });
  const std::string by = context.scorer != nullptr ? ", scored by " + context.scorer->name : "";
  const std::string detail = figures_text(figures) + by;
  if (figures.miscommit > 0 || firsts > 0) {
    const bool many_texts = firsts >= thresholds::lossy_miscommit_first &&
                            static_cast<double>(firsts) >= thresholds::lossy_miscommit_texts * text_prompts(context, interview);
    const double scored_share =
        static_cast<double>(figures.miscommit) / static_cast<double>(std::max<std::int64_t>(figures.tokens, 1));
    const bool many_tokens =
        figures.miscommit >= thresholds::lossy_miscommit_tokens && scored_share > thresholds::lossy_miscommit_share;
    if (mode == Strictness::lossy && !many_texts && !many_tokens) return {Outcome::lossy, "G7", detail};
    return {Outcome::broken, "G7", detail};
  }
  if (beyond_near_ties(figures, opinion_of(context).near_tie_share, tokens_compared))
    return {mode == Strictness::exact ? Outcome::broken : Outcome::lossy, "G7", detail};
  return {divergences.empty() ? Outcome::pass : Outcome::tie, "G7", detail};
}

TextOutcome by_first_divergences(const GateContext& context, const Interview& interview,
                                 const std::vector<Divergence>& divergences) {
  if (divergences.empty()) return {Outcome::pass, "G6", "every text equals the reference"};
  const auto miscommits =
      std::count_if(divergences.begin(), divergences.end(), [](const Divergence& d) { return d.classification == "miscommit"; });
  const std::string detail =
      std::to_string(divergences.size()) + " texts differ, " + std::to_string(miscommits) + " by more than a near tie";
  const Strictness mode = strictness(context.engine, context.parameters, context.config);
  if (miscommits > 0 && mode != Strictness::lossy) return {Outcome::broken, "G6", detail};
  if (!can_rescore(context.reference)) return by_band(context, interview, divergences);
  return {Outcome::inconclusive, "G6", detail + "; not re-scored"};
}

std::optional<Evidence> text_evidence(const GateContext& context, const Interview& interview,
                                      const std::vector<Divergence>& divergences, const std::vector<ScoredText>* scores) {
  std::optional<Evidence> best;
  std::size_t best_size = 0;
  for (const CandidateAnswer& answer : interview.answers) {
    const ReferenceAnswer& reference = context.reference.answers[answer.reference_index];
    const auto is_this = [&](const auto& row) { return row.prompt_id == reference.prompt.id; };
    const auto divergence = std::find_if(divergences.begin(), divergences.end(), is_this);
    if (divergence == divergences.end()) continue;
    bool damning = divergence->classification == "miscommit";
    std::string detail =
        "at token " + std::to_string(divergence->token) + ", reference margin " +
        (divergence->margin ? std::to_string(*divergence->margin).substr(0, 4) + " nat" : "outside the first ten choices");
    std::optional<Evidence> scored;
    bool miscommitted = false;
    if (scores != nullptr) {
      for (const ScoredText& score : *scores) {
        if (!is_this(score) || score.figures.miscommit + score.figures.grey == 0) continue;
        if (!scored || score.figures.miscommit > 0) scored = score.worst;
        miscommitted = miscommitted || score.figures.miscommit > 0;
      }
    }
    if (!damning && !scored) continue;
    const RequestSample& observed =
        whole_text(answer.streamed) != whole_text(reference.streamed) || !answer.plain ? answer.streamed : *answer.plain;
    // Of the kind that weighs most, the shortest prompt.
    const std::size_t size = reference.prompt.messages_json.size() + (damning ? 0 : miscommitted ? 1'000'000 : 2'000'000);
    if (best && size >= best_size) continue;
    best = damning ? excerpt(reference.prompt.id, whole_text(reference.streamed), whole_text(observed), detail) : *scored;
    best_size = size;
  }
  return best;
}

std::optional<Evidence> lost_answers(const GateContext& context, const Interview& interview) {
  int losses = 0;
  int wins = 0;
  std::optional<Evidence> first;
  for (const CandidateAnswer& answer : interview.answers) {
    const ReferenceAnswer& reference = context.reference.answers[answer.reference_index];
    if (!reference.prompt.tools_json.empty()) continue;
    const bool was_right = !expectation_fault(reference.prompt, reference.streamed);
    const auto fault = expectation_fault(reference.prompt, answer.streamed);
    if (!was_right && !fault) ++wins;
    if (!was_right || !fault) continue;
    ++losses;
    if (!first)
      first = excerpt(reference.prompt.id, whole_text(reference.streamed), whole_text(answer.streamed),
                      "right answers are lost: " + *fault);
  }
  if (losses == 0 || chance_of(losses, wins) >= thresholds::answers_significance) return std::nullopt;
  return first;
}

}  // namespace sweetspot
