#include "gate/gate.hpp"

#include "gate/call_ids.hpp"
#include "gate/excuse.hpp"
#include "gate/quality.hpp"
#include "gate/text_verdict.hpp"
#include "gate/thresholds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace sweetspot {
namespace {

struct Fault {
  std::string check;
  Evidence evidence;
  std::size_t size = 0;  ///< of the request: the shortest failing prompt is shown
};

/// Looks at nothing of the reference but its margins.
bool by_margins(std::string_view check) { return check == "G5"; }

/// The fault with the shortest request, over the prompts; of one prompt the first check that fails.
std::optional<Fault> shortest_fault(const GateContext& context, const Interview& interview, std::vector<CheckResult>& results) {
  std::optional<Fault> shortest;
  for (const PromptCheckRow& row : prompt_checks()) {
    int failed = 0;
    int looked_at = 0;
    std::string detail;
    for (std::size_t i = 0; i < interview.answers.size(); ++i) {
      const CandidateAnswer& answer = interview.answers[i];
      const ReferenceAnswer& reference = context.reference.answers[answer.reference_index];
      if (may_be_excused(row.id) && std::find(context.excused.begin(), context.excused.end(), i) != context.excused.end())
        continue;
      if (row.looks_at != nullptr && !row.looks_at(reference.prompt)) continue;
      ++looked_at;
      const Reference& opinion = by_margins(row.id) ? opinion_of(context) : context.reference;
      const auto evidence = row.check({opinion.answers[answer.reference_index], answer, opinion.tie_margin});
      if (!evidence) continue;
      if (failed++ == 0) detail = evidence->prompt_id + ": " + evidence->detail;
      const std::size_t size = reference.prompt.messages_json.size() + reference.prompt.tools_json.size();
      const bool better = !shortest || (shortest->check == row.id && size < shortest->size);
      if (better) shortest = Fault{std::string(row.id), *evidence, size};
    }
    if (looked_at == 0 && row.looks_at != nullptr) continue;  // not asked at this tier
    results.push_back({std::string(row.id), failed > 0 ? Outcome::broken : Outcome::pass,
                       failed > 0 ? fmt::format("{} of {} prompts; {}", failed, looked_at, detail)
                                  : fmt::format("{}: {} prompts", row.name, looked_at)});
  }
  return shortest;
}

void add_unverified(const GateContext& context, const Interview& interview, Verdict& verdict) {
  verdict.not_verified = context.reference.summary.not_verified;
  if (context.scorer == nullptr) {
    if (!context.reference.has_logprobs) {
      verdict.not_verified.push_back("not scored: the engine gives no log probabilities");
    } else if (!can_rescore(context.reference)) {
      verdict.not_verified.push_back("not re-scored: the engine takes no token ids");
    }
  }
  if (!context.unscored.empty()) verdict.not_verified.push_back("not scored by " + context.unscored);
  if (context.engine.protocol.usage_pointer.empty()) verdict.not_verified.push_back("token counts: the engine gives no usage");
  if (context.engine.protocol.timings_pointer.empty()) verdict.not_verified.push_back("acceptance: the engine gives no timings");
  if (!context.sampling.asked && !context.sampling.detail.empty()) verdict.not_verified.push_back(context.sampling.detail);
  if (interview.never_met) verdict.not_verified.emplace_back("beside other requests: the answers hardly met");
  if (interview.end == Interview::End::out_of_time) verdict.not_verified.emplace_back(cut_short);
}

void add_scores(const std::vector<ScoredText>& scores, Verdict& verdict) {
  verdict.rescored = total(scores);
  const auto texts = [&](Unscored reason) {
    return std::count_if(scores.begin(), scores.end(), [&](const ScoredText& text) { return text.unscored == reason; });
  };
  const auto tell = [&](Unscored reason, const std::string& how_far) {
    if (texts(reason) > 0) verdict.not_verified.push_back(fmt::format("{} texts are {}", texts(reason), how_far));
  };
  tell(Unscored::character, "scored only up to a character of several tokens");
  tell(Unscored::length, fmt::format("scored only in the {} tokens after they differ", thresholds::rescored_per_prompt));
  tell(Unscored::form, "of a form that was asked for, and judged only where they first differ");
  if (texts(Unscored::in_all) > 0)
    verdict.not_verified.push_back(fmt::format("texts beyond the first {} scored tokens", thresholds::rescored_in_all));
}

Verdict compared(const GateContext& context, const Interview& interview) {
  Verdict verdict;
  verdict.tier = context.tier == Tier::fresh ? Tier::quick : context.tier;
  verdict.requests = interview.requests;
  add_unverified(context, interview, verdict);
  verdict.prompts_compared = static_cast<std::int64_t>(interview.answers.size());
  for (const CandidateAnswer& answer : interview.answers)
    verdict.tokens_compared += answer.streamed.usage.completion_tokens.value_or(0);
  verdict.divergences = context.scorer != nullptr
                            ? scored_divergences(*context.scorer, differing_texts(context.reference, all_answers(interview)))
                            : greedy_divergences(context.reference, all_answers(interview));
  return verdict;
}

/// What no answer shows by itself.
std::optional<Fault> fault_over_answers(const GateContext& context, const Interview& interview,
                                        std::vector<CheckResult>& results) {
  const auto repeated = repeated_call_id(context.reference, interview);
  if (!repeated) return std::nullopt;
  results.push_back({"G8", Outcome::broken, repeated->detail});
  return Fault{"G8", *repeated, 0};
}

std::optional<Fault> fault_in_state(const GateContext& context, const Interview& interview, Strictness mode,
                                    std::vector<CheckResult>& results) {
  const auto found = state_fault(context.reference, opinion_of(context), interview, mode);
  results.push_back(
      {"G10", found ? Outcome::broken : Outcome::pass,
       found ? found->evidence.detail : "state: " + std::to_string(interview.state.size()) + " answers in another state"});
  if (!found) return std::nullopt;
  return Fault{"G10", found->evidence, 0};
}

std::optional<Fault> fault_when_sampled(const GateContext& context, std::vector<CheckResult>& results) {
  if (!context.sampling.asked) return std::nullopt;
  const auto& fault = context.sampling.fault;
  results.push_back({"G15", fault ? Outcome::broken : Outcome::pass, fault ? fault->detail : context.sampling.detail});
  if (!fault) return std::nullopt;
  return Fault{"G15", *fault, 0};
}

/// G12: may make a text outcome lossy, or give the fault that breaks it.
std::optional<Fault> fault_of_quality(const GateContext& context, const Interview& interview, TextOutcome& text,
                                      std::vector<CheckResult>& results, Verdict& verdict) {
  verdict.quality = context.quality;
  if (const auto lost = lost_answers(context, interview)) {
    results.push_back({"G12", Outcome::broken, lost->detail});
    return Fault{"G12", *lost, 0};
  }
  if (!context.quality) return std::nullopt;
  const Quality& quality = *context.quality;
  const std::string detail = quality_text(quality);
  const bool broken = quality.mean_kld > thresholds::kld_broken;
  verdict.beyond_limit = quality.mean_kld > thresholds::kld_mild;
  const Outcome graded = broken ? Outcome::broken : verdict.beyond_limit ? Outcome::lossy : text.outcome;
  results.push_back({"G12", std::max(graded, text.outcome), detail});
  if (broken) return Fault{"G12", Evidence{"", "", "", detail}, 0};
  if (graded > text.outcome) text = {graded, "G12", detail};
  return std::nullopt;
}

/// A figure over many answers, with the one that shows it best.
Evidence with_text(const Evidence& figure, const std::optional<Evidence>& shown) {
  if (!shown) return figure;
  Evidence both = *shown;
  both.detail = figure.detail + "; " + shown->detail;
  return both;
}

/// What no answer can make good: a flag that did not act, time that ran out, a flag known to be wrong.
void cap(const GateContext& context, const Interview& interview, const CheckResult& engaged, Verdict& verdict) {
  if (verdict.outcome <= Outcome::tie && engaged.outcome != Outcome::pass) {
    verdict.outcome = Outcome::inconclusive;
    verdict.check = engaged.id;
    verdict.detail = engaged.detail;
  }
  if (interview.end == Interview::End::out_of_time && verdict.outcome <= Outcome::tie) {
    verdict.outcome = Outcome::inconclusive;
    verdict.detail = "the time limit ended the check before every prompt was asked";
  }
  if (interview.end == Interview::End::enough_broken && verdict.outcome <= Outcome::tie) {
    verdict.outcome = Outcome::inconclusive;
    const std::string by = context.scorer != nullptr ? context.scorer->name : "the reference";
    verdict.detail = "the check ended early, on answers that " + by + " then made good";
  }
  if (const Trap* trap = tripped_trap(context.engine, context.parameters, context.config)) {
    const Outcome at_best = outcome_from(trap->cap);
    if (verdict.outcome < at_best) {
      verdict.check = "G0";
      verdict.detail = trap->reason;
    }
    verdict.outcome = std::max(verdict.outcome, at_best);
    verdict.checks.insert(verdict.checks.begin(), {"G0", at_best, trap->reason + " (" + trap->source + ")"});
  }
}

}  // namespace

const Reference& opinion_of(const GateContext& context) {
  return context.scorer != nullptr ? context.scorer->opinion : context.reference;
}

bool unexplained(const Reference& reference, const Verdict& verdict) {
  return verdict.outcome == Outcome::broken && (by_margins(verdict.check) || verdict.check == "G10") && !reference.has_logprobs;
}

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
  Verdict verdict = compared(context, interview);
  if (scores != nullptr) add_scores(*scores, verdict);
  std::vector<CheckResult> results;
  const CheckResult engaged = engagement(context.engine, context.parameters, context.config, context.traces);
  const Strictness mode = strictness(context.engine, context.parameters, context.config);
  std::optional<Fault> fault = shortest_fault(context, interview, results);
  if (!fault) fault = fault_over_answers(context, interview, results);
  if (!fault) fault = fault_in_state(context, interview, mode, results);
  if (!fault) fault = fault_when_sampled(context, results);
  TextOutcome text = scores != nullptr
                         ? by_scores(context, interview, *verdict.rescored, verdict.divergences, verdict.tokens_compared)
                         : by_first_divergences(context, interview, verdict.divergences);
  results.push_back({text.check, text.outcome, text.detail});
  const auto shown = text_evidence(context, interview, verdict.divergences, scores);
  if (mode == Strictness::lossy) {  // graded in any case
    auto by_quality = fault_of_quality(context, interview, text, results, verdict);
    if (by_quality && by_quality->evidence.prompt_id.empty()) by_quality->evidence = with_text(by_quality->evidence, shown);
    if (!fault) fault = by_quality;
  }
  results.insert(results.begin(), engaged);
  verdict.checks = results;
  if (fault) {
    verdict.outcome = Outcome::broken;
    verdict.check = fault->check;
    verdict.detail = fault->evidence.prompt_id + (fault->evidence.prompt_id.empty() ? "" : ": ") + fault->evidence.detail;
    verdict.evidence = fault->evidence;
    return verdict;
  }
  verdict.outcome = text.outcome;
  verdict.check = text.check;
  verdict.detail = text.detail;
  verdict.evidence = shown;
  cap(context, interview, engaged, verdict);
  return verdict;
}

}  // namespace sweetspot
