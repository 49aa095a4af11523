#pragma once

#include "benchmarks/decisions_machine.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace sweetspot::decisions {

/// A way of comparing two configurations by four runs of each.
struct RunOrder {
  std::string_view name;
  /// The arm of each run, 0 or 1.
  std::vector<int> (*arms)(Rng& rng);
};

const std::vector<RunOrder>& run_orders();

/// Whether the arm that is slower by `gap` has the better mean after runs at equal distances over the study's time.
bool picks_slower(const RunOrder& order, const Disturbance& disturbance, double gap, double study_s, std::uint64_t seed);

}  // namespace sweetspot::decisions
