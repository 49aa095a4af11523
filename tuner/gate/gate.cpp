#include "gate/gate.hpp"

#include "gate/alignment.hpp"
#include "gate/thresholds.hpp"

#include <algorithm>
#include <cmath>

namespace sweetspot {
namespace {

struct Fault {
  std::string check;
  Evidence evidence;
  std::size_t size = 0;  ///< of the request: the shortest failing prompt is shown
};

/// The fault with the shortest request, over the prompts; of one prompt the first check that fails.
std::optional<Fault> shortest_fault(const GateContext& context, const Interview& interview, std::vector<CheckResult>& results) {
  std::optional<Fault> shortest;
  for (const PromptCheckRow& row : prompt_checks()) {
    int failed = 0;
    std::string detail;
    for (const CandidateAnswer& answer : interview.answers) {
      const ReferenceAnswer& reference = context.reference.answers[answer.reference_index];
      const auto evidence = row.check({reference, answer, context.reference.tie_margin});
      if (!evidence) continue;
      if (failed++ == 0) detail = evidence->prompt_id + ": " + evidence->detail;
      const std::size_t size = reference.prompt.messages_json.size() + reference.prompt.tools_json.size();
      const bool better = !shortest || (shortest->check == row.id && size < shortest->size);
      if (better) shortest = Fault{std::string(row.id), *evidence, size};
    }
    const std::string all = std::to_string(interview.answers.size());
    results.push_back({std::string(row.id), failed > 0 ? Outcome::broken : Outcome::pass,
                       failed > 0 ? std::to_string(failed) + " of " + all + " prompts; " + detail
                                  : std::string(row.name) + ": " + all + " prompts"});
  }
  return shortest;
}

int text_prompts(const GateContext& context, const Interview& interview) {
  return static_cast<int>(std::count_if(interview.answers.begin(), interview.answers.end(), [&](const CandidateAnswer& answer) {
    return context.reference.answers[answer.reference_index].prompt.tools_json.empty();
  }));
}

struct TextOutcome {
  Outcome outcome = Outcome::pass;
  std::string check = "G6";
  std::string detail;
};

std::string figures_text(const Rescored& figures) {
  return std::to_string(figures.tokens) + " tokens re-scored: " + std::to_string(figures.disagree) + " differ, " +
         std::to_string(figures.grey) + " grey, " + std::to_string(figures.miscommit) + " miscommits, worst margin " +
         std::to_string(figures.worst_margin).substr(0, 4) + " nat";
}

/// G7 (gate.md 7.3 rule 4) over all scored tokens.
TextOutcome by_scores(const GateContext& context, const Interview& interview, const Rescored& figures,
                      const std::vector<Divergence>& divergences, std::int64_t tokens_compared) {
  const Strictness mode = strictness(context.engine, context.parameters, context.config);
  const auto share = [&](std::int64_t part) {
    return static_cast<double>(part) / static_cast<double>(std::max<std::int64_t>(tokens_compared, 1));
  };
  const auto firsts =
      std::count_if(divergences.begin(), divergences.end(), [](const Divergence& d) { return d.classification == "miscommit"; });
  const std::string detail = figures_text(figures);
  if (figures.miscommit > 0 || firsts > 0) {
    const bool many_texts = firsts >= thresholds::lossy_miscommit_first &&
                            static_cast<double>(firsts) >= thresholds::lossy_miscommit_texts * text_prompts(context, interview);
    const double scored_share =
        static_cast<double>(figures.miscommit) / static_cast<double>(std::max<std::int64_t>(figures.tokens, 1));
    const bool many_tokens =
        figures.miscommit >= 2 * thresholds::lossy_miscommit_first && scored_share > thresholds::lossy_miscommit_share;
    if (mode == Strictness::lossy && !many_texts && !many_tokens) return {Outcome::lossy, "G7", detail};
    return {Outcome::broken, "G7", detail};
  }
  const double grey_allowed =
      std::max<double>(thresholds::grey_allowed, thresholds::grey_share * static_cast<double>(tokens_compared));
  const bool too_grey = static_cast<double>(figures.grey) > grey_allowed;
  const bool too_different =
      figures.disagree > thresholds::disagreement_allowed &&
      share(figures.disagree) > thresholds::disagreement_factor * std::max(context.reference.near_tie_share, 0.002);
  if (too_grey || too_different) return {mode == Strictness::exact ? Outcome::broken : Outcome::lossy, "G7", detail};
  return {divergences.empty() ? Outcome::pass : Outcome::tie, "G7", detail};
}

/// G6 alone, while nothing was re-scored.
TextOutcome by_first_divergences(const GateContext& context, const std::vector<Divergence>& divergences) {
  if (divergences.empty()) return {Outcome::pass, "G6", "every text equals the reference"};
  const auto miscommits =
      std::count_if(divergences.begin(), divergences.end(), [](const Divergence& d) { return d.classification == "miscommit"; });
  const std::string detail =
      std::to_string(divergences.size()) + " texts differ, " + std::to_string(miscommits) + " by more than a near tie";
  const Strictness mode = strictness(context.engine, context.parameters, context.config);
  if (miscommits > 0 && mode != Strictness::lossy) return {Outcome::broken, "G6", detail};
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
    if (scores != nullptr) {
      const auto score = std::find_if(scores->begin(), scores->end(), is_this);
      if (score != scores->end() && score->figures.miscommit + score->figures.grey > 0) scored = score->worst;
    }
    if (!damning && !scored) continue;
    const RequestSample& observed =
        whole_text(answer.streamed) != whole_text(reference.streamed) || !answer.plain ? answer.streamed : *answer.plain;
    const std::size_t size = reference.prompt.messages_json.size() + (damning ? 0 : 1'000'000);
    if (best && size >= best_size) continue;
    best = damning ? excerpt(reference.prompt.id, whole_text(reference.streamed), whole_text(observed), detail) : *scored;
    best_size = size;
  }
  return best;
}

Outcome worse(Outcome a, Outcome b) { return std::max(a, b); }

void add_unverified(const GateContext& context, const Interview& interview, Verdict& verdict) {
  verdict.not_verified = context.reference.summary.not_verified;
  if (!context.reference.has_logprobs) verdict.not_verified.push_back("not scored: the engine gives no log probabilities");
  if (interview.end == Interview::End::out_of_time) verdict.not_verified.push_back("cut short by the time limit");
}

}  // namespace

Strictness strictness(const EngineDescriptor& engine, const std::vector<Parameter>& parameters, const Config& config) {
  bool numeric = false;
  const auto depth = effective_value(parameters, config, "draft_depth");
  const bool drafts = depth && number(*depth) > 0;
  for (const auto& [name, value] : config.values) {
    const EngineParameter* row = find_parameter(engine, name);
    if (row == nullptr || value == row->parameter.default_value) continue;
    if (row->parameter.effect == Effect::lossy) return Strictness::lossy;
    if (row->parameter.effect == Effect::numeric) numeric = true;
  }
  return drafts || !numeric ? Strictness::exact : Strictness::numeric;
}

const Trap* tripped_trap(const EngineDescriptor& engine, const std::vector<Parameter>& parameters, const Config& config) {
  for (const Trap& trap : engine.traps) {
    if (std::all_of(trap.when.begin(), trap.when.end(),
                    [&](const Condition& condition) { return holds(condition, parameters, config); }))
      return &trap;
  }
  return nullptr;
}

Verdict judged(const GateContext& context, const Interview& interview, const std::vector<ScoredText>* scores) {
  Verdict verdict;
  verdict.requests = interview.requests;
  add_unverified(context, interview, verdict);
  verdict.prompts_compared = static_cast<std::int64_t>(interview.answers.size());
  for (const CandidateAnswer& answer : interview.answers)
    verdict.tokens_compared += answer.streamed.usage.completion_tokens.value_or(0);
  verdict.divergences = greedy_divergences(context.reference, all_answers(interview));
  if (scores != nullptr) verdict.rescored = total(*scores);

  std::vector<CheckResult> results;
  const CheckResult engaged = engagement(context.engine, context.parameters, context.config, context.traces);
  std::optional<Fault> fault = shortest_fault(context, interview, results);
  if (!fault) {
    if (const auto found =
            state_fault(context.reference, interview, strictness(context.engine, context.parameters, context.config)))
      fault = Fault{"G10", found->evidence, 0};
    results.push_back(
        {"G10", fault ? Outcome::broken : Outcome::pass,
         fault ? fault->evidence.detail : "state: " + std::to_string(interview.state.size()) + " answers in another state"});
  }
  const TextOutcome text = scores != nullptr
                               ? by_scores(context, interview, *verdict.rescored, verdict.divergences, verdict.tokens_compared)
                               : by_first_divergences(context, verdict.divergences);
  results.push_back({text.check, text.outcome, text.detail});
  results.insert(results.begin(), engaged);
  verdict.checks = results;

  if (fault) {
    verdict.outcome = Outcome::broken;
    verdict.check = fault->check;
    verdict.detail = fault->evidence.prompt_id + ": " + fault->evidence.detail;
    verdict.evidence = fault->evidence;
    return verdict;
  }
  verdict.outcome = text.outcome;
  verdict.check = text.check;
  verdict.detail = text.detail;
  verdict.evidence = text_evidence(context, interview, verdict.divergences, scores);
  if (text.outcome <= Outcome::tie && engaged.outcome != Outcome::pass) {
    verdict.outcome = Outcome::inconclusive;
    verdict.check = engaged.id;
    verdict.detail = engaged.detail;
  }
  if (interview.end == Interview::End::out_of_time && verdict.outcome <= Outcome::tie) {
    verdict.outcome = Outcome::inconclusive;
    verdict.detail = "the time limit ended the check before every prompt was asked";
  }
  if (const Trap* trap = tripped_trap(context.engine, context.parameters, context.config)) {
    const Outcome cap = outcome_from(trap->cap);
    if (verdict.outcome < cap) {
      verdict.check = "G0";
      verdict.detail = trap->reason;
    }
    verdict.outcome = worse(verdict.outcome, cap);
    verdict.checks.insert(verdict.checks.begin(), {"G0", cap, trap->reason + " (" + trap->source + ")"});
  }
  return verdict;
}

}  // namespace sweetspot
