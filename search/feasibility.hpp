#pragma once

#include "core/candidates.hpp"
#include "search/gaussian_process.hpp"

#include <span>
#include <vector>

namespace sweetspot {

/// What is known of which configurations work, from which did and which did not. Every value has a share in the odds (logistic
/// regression), sizes by their logarithm and with the expectation that large ones fail. Beside that counts what dominates: a
/// configuration as large in every size as one that failed, and the same in all else, will fail; one that is nowhere larger
/// than one that worked will work; each the less, the more else differs.
struct Feasibility {
  double usual = 0;                            ///< log odds to fail before any value counts
  std::vector<std::vector<double>> share;      ///< by axis and value: what it adds to them
  std::vector<std::vector<double>> magnitude;  ///< by axis and value; empty for an axis that holds no sizes
  Observations worked;
  Observations failed;
};

/// `outcomes` are 1 for what worked, 0 for what did not. Without any it is what is expected beforehand.
Feasibility feasibility_of(const Candidates& candidates, const Observations& outcomes);

/// Between 0 and 1.
double chance_to_work(const Feasibility& feasibility, std::span<const ValueIndex> row);

}  // namespace sweetspot
