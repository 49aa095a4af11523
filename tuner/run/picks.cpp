#include "run/picks.hpp"

#include "core/level.hpp"
#include "core/statistics.hpp"
#include "run/ranking.hpp"

#include <algorithm>
#include <cmath>

namespace sweetspot {
namespace {

constexpr double false_most = 0.05;  ///< of studies that may name a pick where all are equal

Measurement without(Measurement measurement, const std::set<std::string>& classes) {
  for (const std::string& name : classes) {
    if (measurement.classes.size() > 1) measurement.classes.erase(name);
  }
  return measurement;
}

bool is_timed(const Visit& visit) {
  const bool compared = visit.phase == Phase::search || visit.phase == Phase::anchor || visit.phase == Phase::confirm;
  return compared && visit.measurement.score_s;
}

double visits_of(const Trial& trial) {
  return static_cast<double>(std::max<std::ptrdiff_t>(1, std::count_if(trial.visits.begin(), trial.visits.end(), is_timed)));
}

/// How slow the machine was at the visits of a trial.
double level_of(const Trial& trial, const std::vector<Level>& machine) {
  double sum = 0;
  for (const Visit& visit : trial.visits) sum += is_timed(visit) ? level_at(machine, visit.at_s) : 0;
  return sum / visits_of(trial);
}

std::vector<const Trial*> candidates(const Study& study, const StudySettings& settings) {
  std::vector<const Trial*> trials;
  for (const Trial& trial : study.trials) {
    if (trial.config != study.baseline && eligible(trial, settings.allow_lossy)) trials.push_back(&trial);
  }
  return trials;
}

/// What the looks of a goal share. `needed`: deviations by which the best of so many equal configurations stays below what
/// would be told, in 95 of 100 studies (Bonferroni).
struct Looks {
  const Study& study;
  const StudySettings& settings;
  const Trial& baseline;
  std::vector<Level> machine;
  double noise = 0;
  double needed = 0;
};

/// How many times better than the default a trial is for a goal, where that is more than noise.
std::optional<double> ahead(const Looks& looks, const Goal& goal, const Trial& trial) {
  const auto base = score(goal, without(*looks.baseline.measurement, looks.settings.not_scored));
  const auto own = score(goal, without(*trial.measurement, looks.settings.not_scored));
  if (!base || !own || *own <= 0) return std::nullopt;
  const double drift = std::exp(level_of(trial, looks.machine) - level_of(looks.baseline, looks.machine));
  const double speed = *base / *own * drift;
  double least = looks.settings.min_gain_ratio;
  if (goal.rank == Goal::Rank::memory) {
    const double smaller = memory_ratio(looks.study, trial).value_or(0);
    return speed * memory_goal_slack >= 1 && smaller > least ? std::optional(smaller) : std::nullopt;
  }
  const bool once = goal.work == Goal::Work::depth && looks.settings.goal.work != Goal::Work::depth;  // one launch each
  const double spread = once ? std::sqrt(2.0) : std::sqrt(1 / visits_of(looks.baseline) + 1 / visits_of(trial));
  least = std::max(least, std::exp(looks.needed * looks.noise * spread));
  return speed > least ? std::optional(speed) : std::nullopt;
}

/// The study's own goal was confirmed: the recommendation is the pick.
GoalPick own_pick(const Study& study, const Goal& goal) {
  const Recommendation& chosen = study.recommendation;
  GoalPick pick{std::string(goal.name), chosen.config, chosen.changed, chosen.gain ? chosen.gain->ratio : 1};
  const Trial* trial = find_trial(study, chosen.config);
  if (goal.rank == Goal::Rank::memory && trial != nullptr) pick.ratio = memory_ratio(study, *trial).value_or(1);
  return pick;
}

}  // namespace

void add_picks(Study& study, const StudySettings& settings) {
  study.picks.clear();
  const Trial* baseline = find_trial(study, study.baseline);
  const auto noise = visit_noise(study);
  if (baseline == nullptr || !baseline->measurement || !noise) return;
  const std::vector<const Trial*> trials = candidates(study, settings);
  const double error = false_most / static_cast<double>(std::max<std::size_t>(1, trials.size()));
  const Looks looks{study, settings, *baseline, levels(study), noise->deviation, t_quantile(noise->degrees, error)};
  for (const Goal& goal : goals()) {
    if (!score(goal, *baseline->measurement)) continue;
    if (goal.name == settings.goal.name) {
      study.picks.push_back(own_pick(study, goal));
      continue;
    }
    GoalPick pick{std::string(goal.name), study.baseline, {}, 1};
    for (const Trial* trial : trials) {
      const auto ratio = ahead(looks, goal, *trial);
      if (!ratio || *ratio <= pick.ratio) continue;
      pick.config = trial->config;
      pick.changed = trial->changed;
      pick.ratio = *ratio;
    }
    study.picks.push_back(pick);
  }
}

}  // namespace sweetspot
