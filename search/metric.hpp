#pragma once

#include "core/candidates.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace sweetspot {

/// One way in which configurations differ: each has a level, by its values of one axis or of several; levels are apart by 0 for
/// the same, 1 for the two ends of a scale and for different kinds.
struct AxisMetric {
  struct Part {
    std::size_t axis = 0;
    std::vector<ValueIndex> place;  ///< by value
  };
  std::vector<Part> parts;
  std::vector<ValueIndex> level_of;  ///< by the sum of the parts' places
  std::size_t levels = 0;
  std::vector<double> distance;  ///< levels x levels, row after row

  bool single() const { return parts.size() == 1; }
  ValueIndex level(std::span<const ValueIndex> row) const {
    std::size_t sum = 0;
    for (const Part& part : parts) sum += part.place[row[part.axis]];
    return level_of[sum];
  }
  double between(ValueIndex a, ValueIndex b) const { return distance[a * levels + b]; }
};

/// Numbers lie on a scale by their order (2, 4, 8, 16 and 1, 2, 3, 4 are equally spaced alike); between words, or a word and a
/// number, there is only the same and another. An axis with powers of two and other numbers has a second metric, which tells
/// these two kinds apart: caches, warps and vectors are that wide. An axis of one value has none. Two axes that are sizes
/// (numbers, three of them above 0, the largest four times the smallest or more) have a metric of their product: what is
/// allocated, and how much runs at once, are products.
std::vector<AxisMetric> metric_of(const Candidates& candidates);

/// Whether an axis holds sizes, as above.
bool is_size(const Axis& axis);

/// Sum over the metrics of one axis.
double distance(const std::vector<AxisMetric>& metric, std::span<const ValueIndex> a, std::span<const ValueIndex> b);

}  // namespace sweetspot
