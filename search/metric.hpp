#pragma once

#include "core/candidates.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace sweetspot {

/// One way in which the values of an axis differ: 0 for the same, 1 for the two ends of a scale and for different kinds.
struct AxisMetric {
  std::size_t axis = 0;
  std::size_t values = 0;
  std::vector<double> distance;  ///< values x values, row after row
  double between(ValueIndex a, ValueIndex b) const { return distance[a * values + b]; }
};

/// Numbers lie on a scale by their order (2, 4, 8, 16 and 1, 2, 3, 4 are equally spaced alike); between words, or a word and a
/// number, there is only the same and another. An axis with powers of two and other numbers has a second metric, which tells
/// these two kinds apart: caches, warps and vectors are that wide. An axis of one value has none.
std::vector<AxisMetric> metric_of(const Candidates& candidates);

/// Sum over the metrics.
double distance(const std::vector<AxisMetric>& metric, std::span<const ValueIndex> a, std::span<const ValueIndex> b);

}  // namespace sweetspot
