#include "run/race_figures.hpp"

#include "core/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace sweetspot {
namespace {

constexpr std::size_t visits_per_round = 2;
constexpr double deviation_per_median = 1.4826;       ///< of absolute values, for normal noise
constexpr double median_deviation_per_mean = 1.2533;  ///< for normal noise
constexpr double deviations_apart = 3;
/// The quantile of its visits that a configuration goes by: other work on the machine only ever slows a visit down.
constexpr double telling_visit = 1.0 / 3;

/// Log seconds of a configuration's visits, by round.
using Rounds = std::map<int, std::vector<double>>;

Rounds rounds_of(const Trial& trial) {
  Rounds rounds;
  for (const Visit& visit : trial.visits) {
    if (visit.phase == Phase::anchor && visit.block >= 0 && visit.measurement.score_s)
      rounds[visit.block].push_back(std::log(*visit.measurement.score_s));
  }
  std::erase_if(rounds, [](const auto& round) { return round.second.size() < visits_per_round; });
  return rounds;
}

/// By round: the median visit of those that ran to the end, who are in every round.
std::map<int, double> levels(const std::map<const Trial*, Rounds>& all, int last_round) {
  std::map<int, std::vector<double>> visits;
  for (const auto& [trial, rounds] : all) {
    if (!rounds.contains(last_round)) continue;
    for (const auto& [round, logs] : rounds) visits[round].insert(visits[round].end(), logs.begin(), logs.end());
  }
  std::map<int, double> medians;
  for (const auto& [round, logs] : visits) medians[round] = median(logs);
  return medians;
}

double noise_of(const std::map<const Trial*, Rounds>& all) {
  std::vector<double> apart;
  for (const auto& [trial, rounds] : all) {
    for (const auto& [round, logs] : rounds) apart.push_back(std::abs(logs[0] - logs[1]) / std::sqrt(2.0));
  }
  return apart.empty() ? 0 : deviation_per_median * median(apart);
}

}  // namespace

RaceFigures race_figures(const Study& study) {
  RaceFigures figures;
  const Trial* baseline = find_trial(study, study.baseline);
  if (baseline == nullptr) return figures;
  const Rounds of_default = rounds_of(*baseline);  // it is the last of every round
  if (of_default.empty()) return figures;
  const int last_round = of_default.rbegin()->first;
  figures.rounds = last_round + 1;
  std::map<const Trial*, Rounds> all;
  for (const Trial& trial : study.trials) {
    Rounds rounds = rounds_of(trial);
    std::erase_if(rounds, [&](const auto& round) { return !of_default.contains(round.first); });
    if (!trial.failure && !rounds.empty()) all[&trial] = std::move(rounds);
  }
  const std::map<int, double> level = levels(all, last_round);
  for (const Trial& trial : study.trials) {
    std::vector<double> against_level;
    if (!all.contains(&trial)) continue;
    for (const auto& [round, logs] : all.at(&trial)) {
      for (const double log : logs) against_level.push_back(log - level.at(round));
    }
    figures.racers.push_back({&trial, quantile(against_level, telling_visit), static_cast<int>(against_level.size())});
  }
  std::stable_sort(figures.racers.begin(), figures.racers.end(),
                   [](const RaceFigure& a, const RaceFigure& b) { return a.log_seconds < b.log_seconds; });
  figures.noise = noise_of(all);
  return figures;
}

double race_resolution(const RaceFigures& figures, int visits) {
  return deviations_apart * median_deviation_per_mean * figures.noise * std::sqrt(2.0 / std::max(visits, 1));
}

}  // namespace sweetspot
