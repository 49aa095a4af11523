#include "search/surrogate.hpp"

#include "core/statistics.hpp"

#include <algorithm>
#include <cmath>

namespace sweetspot {

namespace {

/// Of the way from the median to the fastest: a value so far below the median is taken for 0.7 of that.
constexpr double squeeze_share = 0.3;

/// Standardised; what is slower than the median is compressed, so that the model explains the fast ones.
void standardise_speeds(std::vector<double>& values) {
  const double middle = median(values);
  const double spread = std::max(quantile(values, 1.0) - middle, 1e-3);
  const double squeeze = squeeze_share * spread;
  for (double& value : values) {
    if (value < middle) value = middle - squeeze * std::log1p((middle - value) / squeeze);
  }
  const double centre = mean(values);
  const double deviation = std::max(sample_deviation(values), 1e-6);
  for (double& value : values) value = (value - centre) / deviation;
}

}  // namespace

std::vector<Level> machine_levels(const SearchSpace& space, const std::vector<Trial>& history) {
  const auto baseline = std::ranges::find(history, space.baseline, &Trial::config);
  return baseline == history.end() ? std::vector<Level>{} : levels(*baseline);
}

std::optional<double> log_seconds(const Trial& trial, const std::vector<Level>& machine) {
  std::vector<double> logs;
  for (const Visit& visit : trial.visits) {
    const bool searching = visit.phase == Phase::search || visit.phase == Phase::anchor;
    if (searching && visit.measurement.score_s && *visit.measurement.score_s > 0)
      logs.push_back(std::log(*visit.measurement.score_s) - level_at(machine, visit.at_s));
  }
  if (logs.empty()) return std::nullopt;
  return mean(logs);
}

bool unusable(const Trial& trial, AllowLossy allow_lossy) {
  if (trial.failure) return trial.failure->kind != FailureKind::interrupted;
  if (!trial.unmet.empty()) return true;
  if (!trial.verdict) return false;
  const bool refused = trial.verdict->outcome == Outcome::broken || trial.verdict->outcome == Outcome::error;
  return refused || (trial.verdict->outcome == Outcome::lossy && allow_lossy == AllowLossy::no);
}

Lessons lessons_of(const SearchSpace& space, const Candidates& candidates, const std::vector<Trial>& history) {
  Lessons lessons;
  lessons.speeds.width = lessons.outcomes.width = candidates.axes.size();
  const std::vector<Level> machine = machine_levels(space, history);
  for (const Trial& trial : history) {
    const auto row = row_of(candidates, canonical(space, merged(space.baseline, trial.config)));
    if (!row) continue;
    const bool bad = unusable(trial, space.allow_lossy);
    const auto seconds = log_seconds(trial, machine);
    if (!bad && !seconds) continue;
    lessons.outcomes.rows.insert(lessons.outcomes.rows.end(), row->begin(), row->end());
    lessons.outcomes.values.push_back(bad ? 0 : 1);
    lessons.failures += bad ? 1 : 0;
    if (bad) continue;
    lessons.speeds.rows.insert(lessons.speeds.rows.end(), row->begin(), row->end());
    lessons.speeds.values.push_back(-*seconds);
  }
  if (!lessons.speeds.values.empty()) standardise_speeds(lessons.speeds.values);
  return lessons;
}

}  // namespace sweetspot
