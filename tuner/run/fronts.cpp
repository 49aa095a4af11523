#include "run/fronts.hpp"

#include "run/ranking.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

namespace sweetspot {
namespace {

/// What is not known is worst.
struct Point {
  const Trial* trial = nullptr;
  double speed_ratio = 0;
  double bytes = std::numeric_limits<double>::infinity();
  double kld = std::numeric_limits<double>::infinity();  ///< as measured, else 0 where the output is the same
};

bool is_same(const Trial& trial) { return trial.verdict->outcome <= Outcome::tie; }

Point point_of(const Study& study, const Trial& trial) {
  Point point{&trial};
  point.speed_ratio = search_speed_ratio(study, trial).value_or(point.speed_ratio);
  point.bytes = usual_peak_bytes(trial).value_or(point.bytes);
  const auto& quality = trial.verdict->quality;
  if (quality || is_same(trial)) point.kld = quality ? quality->mean_kld : 0;
  return point;
}

std::vector<std::string> front(const std::vector<Point>& points) {
  std::vector<std::string> ids;
  for (const Point& point : points) {
    const bool dominated = std::any_of(points.begin(), points.end(), [&](const Point& other) {
      return other.bytes <= point.bytes && other.speed_ratio > point.speed_ratio && other.kld <= point.kld;
    });
    if (!dominated) ids.push_back(point.trial->id);
  }
  return ids;
}

}  // namespace

void add_fronts(Study& study) {
  std::vector<Point> same;
  std::vector<Point> lossy;
  for (const Trial& trial : study.trials) {
    if (eligible(trial, AllowLossy::yes)) (is_same(trial) ? same : lossy).push_back(point_of(study, trial));
  }
  study.pareto = front(same);
  study.pareto_lossy = front(lossy);
}

}  // namespace sweetspot
