#include "run/conclude.hpp"

#include "core/statistics.hpp"
#include "run/choose.hpp"
#include "run/confirm.hpp"
#include "run/depth_phase.hpp"
#include "run/effects.hpp"
#include "run/fronts.hpp"
#include "run/picks.hpp"
#include "run/ranking.hpp"
#include "run/score.hpp"
#include "run/visit_summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace sweetspot {
namespace {

constexpr double confidence = 0.95;
constexpr double class_loss = 0.97;  ///< below this a class is said to lose

bool is_part_of(const Config& part, const Config& whole) {
  return std::all_of(part.values.begin(), part.values.end(), [&](const auto& entry) {
    const auto found = whole.values.find(entry.first);
    return found != whole.values.end() && found->second == entry.second;
  });
}

/// The smallest part of `changed` that was seen to fail as badly.
Config culprit_of(const Study& study, const Trial& trial) {
  const Trial* smallest = &trial;
  for (const Trial& other : study.trials) {
    const bool fails = other.verdict && other.verdict->outcome >= trial.verdict->outcome && !other.changed.values.empty();
    if (fails && is_part_of(other.changed, trial.changed) && other.changed.values.size() < smallest->changed.values.size())
      smallest = &other;
  }
  return smallest->changed;
}

void add_rejected(Study& study, const StudySettings& settings, const CommandOf& command_of) {
  study.rejected.clear();
  const Trial* baseline = find_trial(study, study.baseline);
  for (const Trial& trial : study.trials) {
    if (!trial.verdict || trial.verdict->outcome <= Outcome::tie) continue;
    const bool taken = settings.allow_lossy == AllowLossy::yes && !trial.verdict->beyond_limit;
    if (trial.verdict->outcome == Outcome::lossy && taken) continue;
    Rejected rejected;
    rejected.config = trial.config;
    rejected.changed = trial.changed;
    rejected.culprit = culprit_of(study, trial);
    rejected.outcome = trial.verdict->outcome;
    rejected.check = trial.verdict->check;
    rejected.evidence = trial.verdict->evidence;
    rejected.command = command_of(trial.config);
    rejected.speed_ratio = search_speed_ratio(study, trial);
    if (rejected.speed_ratio) rejected.speed_basis = "timed";
    if (!rejected.speed_ratio && trial.gate_speed_ratio && baseline != nullptr && baseline->gate_speed_ratio) {
      rejected.speed_ratio = *trial.gate_speed_ratio / *baseline->gate_speed_ratio;
      rejected.speed_basis = "gate";
    }
    study.rejected.push_back(rejected);
  }
  std::stable_sort(study.rejected.begin(), study.rejected.end(),
                   [](const Rejected& a, const Rejected& b) { return a.speed_ratio.value_or(-1) > b.speed_ratio.value_or(-1); });
}

std::string slower_classes(const Measurement& baseline, const Measurement& winner) {
  std::string names;
  for (const auto& [name, row] : winner.classes) {
    const auto base = baseline.classes.find(name);
    if (base == baseline.classes.end() || !base->second.decode_tokens_per_second || !row.decode_tokens_per_second) continue;
    const double ratio = *row.decode_tokens_per_second / *base->second.decode_tokens_per_second;
    if (ratio < class_loss) names += fmt::format("{}{} ({:.2f}x)", names.empty() ? "" : ", ", name, ratio);
  }
  return names;
}

bool is_confirmed(const Study& study, const StudySettings& settings, const Trial& trial, const ConfirmDecision& decision) {
  return standing(decision, settings) == Standing::gains && stands(trial, settings) && saves_enough(study, trial, settings);
}

/// The trial that the confirm is about: one that gains and stands its check, else the one with the most complete blocks.
const Trial* confirmed(const Study& study, const Trial& baseline, const StudySettings& settings) {
  const Trial* best = nullptr;
  int blocks = 0;
  for (const Trial& trial : study.trials) {
    if (&trial == &baseline) continue;
    const ConfirmDecision decision = decision_on(study, trial);
    if (is_confirmed(study, settings, trial, decision)) return &trial;
    if (decision.n > blocks) {
      best = &trial;
      blocks = decision.n;
    }
  }
  return best;
}

/// Why a candidate of the confirm cannot be recommended after all.
std::string reason_against(const Trial& candidate) {
  if (candidate.failure) return fmt::format("failed when it was looked at again: {}", candidate.failure->detail);
  if (!candidate.verdict) return "was not checked";
  if (candidate.verdict->outcome <= Outcome::tie && !candidate.unmet.empty())
    return fmt::format("is not as required: {}", candidate.unmet);
  return fmt::format("was found {} when it was checked: {}", to_string(candidate.verdict->outcome), candidate.verdict->detail);
}

/// Why nothing could be tried against the default.
std::string reason_of_none(const Study& study, const StudySettings& settings) {
  const bool passed = std::any_of(study.trials.begin(), study.trials.end(), [&](const Trial& trial) {
    return trial.config != study.baseline && eligible(trial, settings.allow_lossy);
  });
  for (const Trial& trial : study.trials) {
    const bool right = trial.verdict && trial.verdict->outcome <= Outcome::tie && !trial.failure && trial.measurement;
    if (!passed && right && trial.config != study.baseline && !trial.measurement->score_s)
      return fmt::format("nothing that passed the gate has a score; {}: {}", display(trial.changed),
                         unscored_reason(settings.goal, *trial.measurement));
  }
  if (!passed || settings.goal.rank != Goal::Rank::memory) return "no other configuration passed the gate";
  return "no other configuration that passed the gate takes clearly less memory and is not much slower";
}

/// Why the default is kept.
std::string reason_to_keep(const Study& study, const StudySettings& settings, const Trial* candidate,
                           const ConfirmDecision& decision) {
  if (candidate == nullptr) {
    const bool any = !ranked(study, settings).empty();
    if (any && decision.n < confirm_blocks_least) return "the time was too short to confirm a gain: give it more with --budget";
    return any ? "every other configuration that passed the gate is clearly slower" : reason_of_none(study, settings);
  }
  if (decision.n < confirm_blocks_least) return "the time was too short to confirm a gain: give it more with --budget";
  const double ratio = std::exp(decision.mean);
  const std::string name = display(candidate->changed);
  const std::string figures =
      fmt::format("{:.2f}x ({:.2f} - {:.2f})", ratio, std::exp(decision.interval.low), std::exp(decision.interval.high));
  if (!eligible(*candidate, settings.allow_lossy))
    return fmt::format("the best candidate ({}) {}", name, reason_against(*candidate));
  if (!saves_enough(study, *candidate, settings))
    return fmt::format("the best candidate ({}) saves less memory than --min-gain asks for", name);
  if (standing(decision, settings) == Standing::gains)
    return fmt::format("the best candidate ({}) came out at {}, but time ended before its {} check: give it more with --budget",
                       name, figures, to_string(settings.finalist_tier));
  if (decision.different && decision.mean < 0)
    return fmt::format("the best candidate of the search ({}) proved slower when confirmed: {}", name, figures);
  if (decision.different)
    return fmt::format("the best candidate ({}) gains {:.1f} %, less than --min-gain", name, (ratio - 1) * 100);
  return fmt::format("no gain could be told from noise: the best candidate ({}) came out at {}", name, figures);
}

void warn_of_requirements(Study& study, const Trial& baseline) {
  std::erase_if(study.warnings, [](const Warning& warning) { return warning.code == "requirement"; });
  if (baseline.unmet.empty()) return;
  const bool kept = study.recommendation.kind == RecommendationKind::keep_default;
  study.warnings.push_back({"requirement", "the default is not as required: " + baseline.unmet,
                            kept ? "it is kept only for want of anything better that was confirmed" : ""});
}

void recommend(Study& study, const StudySettings& settings, const CommandOf& command_of) {
  const Trial& baseline = *find_trial(study, study.baseline);
  const Trial* candidate = confirmed(study, baseline, settings);
  const ConfirmDecision decision = decision_on(study, candidate != nullptr ? *candidate : baseline);
  Recommendation& result = study.recommendation;
  result = {};
  result.config = study.baseline;
  result.not_verified = study.reference.not_verified;
  result.command = command_of(study.baseline);
  result.verdict = baseline.verdict;
  if (std::isfinite(decision.detectable) && decision.detectable > 0)
    result.detectable_gain_ratio = std::exp(std::max(decision.detectable, decision.claimable));
  if (candidate == nullptr || !is_confirmed(study, settings, *candidate, decision)) {
    result.reason = reason_to_keep(study, settings, candidate, decision);
    // A goal at depth is decided by more visits than these.
    if (settings.goal.work != Goal::Work::depth) result.reason += faster_at_depth(baseline, ranked(study, settings));
    return;
  }
  const double ratio = std::exp(published_log_ratio(decision, settings));
  result.kind = RecommendationKind::improvement;
  result.config = candidate->config;
  result.changed = candidate->changed;
  result.command = command_of(candidate->config);
  result.verdict = candidate->verdict;
  result.gain = Gain{ratio, std::exp(decision.interval.low), std::exp(decision.interval.high), confidence};
  Measurement of_default = baseline.measurement.value_or(Measurement{});
  Measurement of_candidate = candidate->measurement.value_or(Measurement{});
  if (measured_in_confirm(baseline, *candidate, settings, of_default, of_candidate)) study.baseline_measurement = of_default;
  result.measurement = of_candidate;
  result.reason = fmt::format("{:.2f}x the default's speed, confirmed in {} blocks", ratio, decision.n);
  if (settings.goal.rank == Goal::Rank::memory)
    result.reason =
        fmt::format("{:.1f} % less memory at ", (1 - 1 / memory_ratio(study, *candidate).value_or(1)) * 100) + result.reason;
  if (const std::string slower = slower_classes(of_default, of_candidate); !slower.empty())
    result.reason += "; slower than the default for " + slower;
  // A goal at depth is decided by more visits than the one launch for the depths.
  const bool deep_goal = settings.goal.work == Goal::Work::depth;
  if (const std::string deep = deep_goal ? "" : slower_at_depth(baseline, *candidate); !deep.empty())
    result.reason += "; slower than the default at a depth of " + deep;
}

std::optional<double> speed_ratio_of(const Study& study, const Trial& trial) {
  const ConfirmDecision decision = decision_on(study, trial);
  if (trial.config != study.baseline && decision.n >= confirm_blocks_least) return std::exp(decision.mean);
  return search_speed_ratio(study, trial);
}

}  // namespace

void conclude(Study& study, const StudySettings& settings, const CommandOf& command_of) {
  for (const Trial& trial : study.trials) study.commands[trial.id] = command_of(trial.config);
  study.baseline_command = command_of(study.baseline);
  const Trial* baseline = find_trial(study, study.baseline);
  study.baseline_measurement = baseline != nullptr ? baseline->measurement : std::nullopt;
  for (Trial& trial : study.trials) trial.speed_ratio = speed_ratio_of(study, trial);
  add_rejected(study, settings, command_of);
  add_effects(study);
  add_fronts(study);
  study.picks.clear();
  if (baseline == nullptr) return conclude_unsound(study, "the default was never measured", command_of);
  if (baseline->failure) return conclude_unsound(study, "the default fails: " + baseline->failure->detail, command_of);
  if (baseline->verdict && baseline->verdict->outcome == Outcome::broken)
    return conclude_unsound(study, "the default itself is broken: " + baseline->verdict->detail, command_of);
  if (baseline->measurement && !search_score(*baseline))
    return conclude_unsound(study, "the default has no score: " + unscored_reason(settings.goal, *baseline->measurement),
                            command_of);
  recommend(study, settings, command_of);
  add_picks(study, settings);
  warn_of_requirements(study, *baseline);
}

void conclude_unsound(Study& study, const std::string& reason, const CommandOf& command_of) {
  study.baseline_command = command_of(study.baseline);
  study.recommendation = {};
  study.recommendation.kind = RecommendationKind::unsound;
  study.recommendation.config = study.baseline;
  study.recommendation.reason = reason;
  study.recommendation.not_verified = study.reference.not_verified;
}

}  // namespace sweetspot
