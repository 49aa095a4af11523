#include "search/metric.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace sweetspot {

namespace {

AxisMetric scale_of(const Axis& axis, std::size_t place_of_axis) {
  std::vector<double> numbers;
  for (const Value& value : axis.values) {
    if (!std::isnan(number(value))) numbers.push_back(number(value));
  }
  std::ranges::sort(numbers);
  const double widest = std::max<double>(1, static_cast<double>(numbers.size()) - 1);
  const auto place = [&](const Value& value) {
    return static_cast<double>(std::ranges::lower_bound(numbers, number(value)) - numbers.begin()) / widest;
  };
  AxisMetric metric{.axis = place_of_axis, .values = axis.values.size(), .distance = {}};
  for (const Value& a : axis.values) {
    for (const Value& b : axis.values) {
      const bool scale = !std::isnan(number(a)) && !std::isnan(number(b));
      metric.distance.push_back(scale ? std::abs(place(a) - place(b)) : (a == b ? 0 : 1));
    }
  }
  return metric;
}

/// 1 for powers of two, 2 for other integers, 0 for what is neither (words, fractions, 0 and below).
int kind_of(const Value& value) {
  const auto* integer = std::get_if<std::int64_t>(&value);
  if (integer == nullptr || *integer <= 0) return 0;
  return (*integer & (*integer - 1)) == 0 ? 1 : 2;
}

bool has_two_kinds(const Axis& axis) {
  std::set<int> kinds;
  for (const Value& value : axis.values) kinds.insert(kind_of(value));
  return kinds.contains(1) && kinds.contains(2);
}

AxisMetric kinds_of(const Axis& axis, std::size_t place) {
  AxisMetric metric{.axis = place, .values = axis.values.size(), .distance = {}};
  for (const Value& a : axis.values) {
    for (const Value& b : axis.values) metric.distance.push_back(kind_of(a) == kind_of(b) ? 0 : 1);
  }
  return metric;
}

}  // namespace

std::vector<AxisMetric> metric_of(const Candidates& candidates) {
  std::vector<AxisMetric> metric;
  for (std::size_t i = 0; i < candidates.axes.size(); ++i) {
    if (candidates.axes[i].values.size() < 2) continue;
    metric.push_back(scale_of(candidates.axes[i], i));
    if (has_two_kinds(candidates.axes[i])) metric.push_back(kinds_of(candidates.axes[i], i));
  }
  return metric;
}

double distance(const std::vector<AxisMetric>& metric, std::span<const ValueIndex> a, std::span<const ValueIndex> b) {
  double sum = 0;
  for (const AxisMetric& one : metric) sum += one.between(a[one.axis], b[one.axis]);
  return sum;
}

}  // namespace sweetspot
