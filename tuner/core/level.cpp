#include "core/level.hpp"

#include "core/statistics.hpp"

#include <algorithm>
#include <cmath>

namespace sweetspot {
namespace {

constexpr double deviations_changed = 3;         ///< measurement.md "Order beats sample count"
constexpr double deviation_per_median = 1.4826;  ///< of absolute values, for normal noise

std::vector<Level> default_visits(const Trial& baseline) {
  std::vector<Level> visits;
  for (const Visit& visit : baseline.visits) {
    const bool searching = visit.phase == Phase::search || visit.phase == Phase::anchor;
    if (searching && visit.measurement.score_s) visits.push_back({visit.at_s, std::log(*visit.measurement.score_s)});
  }
  std::stable_sort(visits.begin(), visits.end(), [](const Level& a, const Level& b) { return a.at_s < b.at_s; });
  return visits;
}

/// Deviation of one visit, from how much each differs from the next.
double noise_of(const std::vector<Level>& visits) {
  std::vector<double> apart;
  for (std::size_t i = 1; i < visits.size(); ++i)
    apart.push_back(std::abs(visits[i].log_seconds - visits[i - 1].log_seconds) / std::sqrt(2.0));
  return deviation_per_median * median(apart);
}

}  // namespace

std::vector<Level> levels(const Study& study) {
  const Trial* baseline = find_trial(study, study.baseline);
  return baseline == nullptr ? std::vector<Level>{} : levels(*baseline);
}

std::vector<Level> levels(const Trial& baseline) {
  const std::vector<Level> visits = default_visits(baseline);
  if (visits.size() < 3) return {};
  std::vector<Level> smooth = visits;
  for (std::size_t i = 0; i < visits.size(); ++i) {
    const std::size_t middle = std::clamp<std::size_t>(i, 1, visits.size() - 2);
    smooth[i].log_seconds = median({visits[middle - 1].log_seconds, visits[middle].log_seconds, visits[middle + 1].log_seconds});
  }
  const auto [low, high] = std::minmax_element(smooth.begin(), smooth.end(),
                                               [](const Level& a, const Level& b) { return a.log_seconds < b.log_seconds; });
  if (high->log_seconds - low->log_seconds <= deviations_changed * noise_of(visits)) return {};
  return smooth;
}

double level_at(const std::vector<Level>& levels, double at_s) {
  if (levels.empty()) return 0;
  const auto after = std::find_if(levels.begin(), levels.end(), [&](const Level& level) { return level.at_s >= at_s; });
  if (after == levels.begin()) return levels.front().log_seconds;
  if (after == levels.end()) return levels.back().log_seconds;
  const Level& before = *(after - 1);
  const double share = (at_s - before.at_s) / (after->at_s - before.at_s);
  return std::lerp(before.log_seconds, after->log_seconds, share);
}

}  // namespace sweetspot
