#include "search/metric.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <utility>

namespace sweetspot {

namespace {

constexpr std::size_t sizes_most = 6;         ///< axes whose products are looked at: 15 pairs
constexpr std::size_t size_values_most = 64;  ///< of such an axis

std::vector<ValueIndex> counted(std::size_t count) {
  std::vector<ValueIndex> places(count);
  std::iota(places.begin(), places.end(), ValueIndex{0});
  return places;
}

/// A metric of one axis; its distances are still missing.
AxisMetric of_axis(const Axis& axis, std::size_t place) {
  const std::size_t levels = axis.values.size();
  return {.parts = {{place, counted(levels)}}, .level_of = counted(levels), .levels = levels, .distance = {}};
}

/// Levels at even distances.
void spread_evenly(AxisMetric& metric) {
  const auto widest = static_cast<double>(std::max<std::size_t>(1, metric.levels - 1));
  for (std::size_t a = 0; a < metric.levels; ++a) {
    for (std::size_t b = 0; b < metric.levels; ++b)
      metric.distance.push_back(static_cast<double>(std::max(a, b) - std::min(a, b)) / widest);
  }
}

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
  AxisMetric metric = of_axis(axis, place_of_axis);
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
  AxisMetric metric = of_axis(axis, place);
  for (const Value& a : axis.values) {
    for (const Value& b : axis.values) metric.distance.push_back(kind_of(a) == kind_of(b) ? 0 : 1);
  }
  return metric;
}

/// Places of the axes that are sizes; of too many those with the most values.
std::vector<std::size_t> sizes_of(const std::vector<Axis>& axes) {
  std::vector<std::size_t> sizes;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (is_size(axes[i])) sizes.push_back(i);
  }
  std::ranges::stable_sort(sizes, [&](std::size_t a, std::size_t b) { return axes[a].values.size() > axes[b].values.size(); });
  if (sizes.size() > sizes_most) sizes.resize(sizes_most);
  std::ranges::sort(sizes);
  return sizes;
}

AxisMetric product_of(const std::vector<Axis>& axes, std::size_t first, std::size_t second) {
  std::vector<double> products;
  for (const Value& a : axes[first].values) {
    for (const Value& b : axes[second].values) products.push_back(number(a) * number(b));
  }
  std::vector<double> sorted = products;
  std::ranges::sort(sorted);
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  const std::size_t width = axes[second].values.size();
  AxisMetric metric{.parts = {{first, {}}, {second, counted(width)}}, .level_of = {}, .levels = sorted.size(), .distance = {}};
  for (std::size_t i = 0; i < axes[first].values.size(); ++i)
    metric.parts.front().place.push_back(static_cast<ValueIndex>(i * width));
  for (const double product : products)
    metric.level_of.push_back(static_cast<ValueIndex>(std::ranges::lower_bound(sorted, product) - sorted.begin()));
  spread_evenly(metric);
  return metric;
}

}  // namespace

bool is_size(const Axis& axis) {
  std::vector<double> above_zero;
  for (const Value& value : axis.values) {
    if (!(number(value) >= 0)) return false;
    if (number(value) > 0) above_zero.push_back(number(value));
  }
  if (above_zero.size() < 3 || axis.values.size() > size_values_most) return false;
  const auto [least, most] = std::ranges::minmax(above_zero);
  return most >= 4 * least;
}

std::vector<AxisMetric> metric_of(const Candidates& candidates) {
  const std::vector<Axis>& axes = candidates.axes;
  std::vector<AxisMetric> metric;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (axes[i].values.size() < 2) continue;
    metric.push_back(scale_of(axes[i], i));
    if (has_two_kinds(axes[i])) metric.push_back(kinds_of(axes[i], i));
  }
  const std::vector<std::size_t> sizes = sizes_of(axes);
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    for (std::size_t j = i + 1; j < sizes.size(); ++j) metric.push_back(product_of(axes, sizes[i], sizes[j]));
  }
  return metric;
}

double distance(const std::vector<AxisMetric>& metric, std::span<const ValueIndex> a, std::span<const ValueIndex> b) {
  double sum = 0;
  for (const AxisMetric& one : metric) {
    if (one.single()) sum += one.between(one.level(a), one.level(b));
  }
  return sum;
}

}  // namespace sweetspot
