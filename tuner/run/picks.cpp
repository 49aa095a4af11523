#include "run/picks.hpp"

#include "run/ranking.hpp"

#include <algorithm>
#include <cmath>

namespace sweetspot {
namespace {

constexpr double interval_factor = 2.0;  ///< deviations

Measurement without(Measurement measurement, const std::set<std::string>& classes) {
  for (const std::string& name : classes) {
    if (measurement.classes.size() > 1) measurement.classes.erase(name);
  }
  return measurement;
}

double visits_of(const Trial& trial) { return static_cast<double>(std::max<std::size_t>(trial.visits.size(), 1)); }

/// How many times better than the default a trial is for a goal, and by how much it must be so that it is not noise.
struct Standing {
  double ratio = 1;
  double noise_ratio = 1;
};

std::optional<Standing> standing(const Goal& goal, const Trial& baseline, const Trial& trial, const StudySettings& settings,
                                 double noise) {
  const auto base = score(goal, without(*baseline.measurement, settings.not_scored));
  const auto own = score(goal, without(*trial.measurement, settings.not_scored));
  if (!base || !own || *own <= 0) return std::nullopt;
  const double spread = std::exp(interval_factor * noise * std::sqrt(1 / visits_of(baseline) + 1 / visits_of(trial)));
  if (goal.rank == Goal::Rank::seconds) return Standing{*base / *own, std::max(spread, settings.min_gain_ratio)};
  const auto& base_bytes = baseline.measurement->memory_bytes_peak;
  const auto& own_bytes = trial.measurement->memory_bytes_peak;
  if (!base_bytes || !own_bytes || *own_bytes <= 0 || *own > *base * memory_goal_slack) return std::nullopt;
  return Standing{static_cast<double>(*base_bytes) / static_cast<double>(*own_bytes), settings.min_gain_ratio};
}

}  // namespace

void add_picks(Study& study, const StudySettings& settings) {
  study.picks.clear();
  const Trial* baseline = find_trial(study, study.baseline);
  const auto noise = visit_noise(study);
  if (baseline == nullptr || !baseline->measurement || !noise) return;
  for (const Goal& goal : goals()) {
    if (!score(goal, *baseline->measurement)) continue;
    GoalPick pick{std::string(goal.name), study.baseline, {}, 1};
    for (const Trial& trial : study.trials) {
      if (&trial == baseline || !trial.measurement || !eligible(trial, settings.allow_lossy)) continue;
      const auto found = standing(goal, *baseline, trial, settings, *noise);
      if (!found || found->ratio <= found->noise_ratio || found->ratio <= pick.ratio) continue;
      pick.config = trial.config;
      pick.changed = trial.changed;
      pick.ratio = found->ratio;
    }
    study.picks.push_back(pick);
  }
}

}  // namespace sweetspot
