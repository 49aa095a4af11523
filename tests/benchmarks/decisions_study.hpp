#pragma once

#include "benchmarks/decisions_machine.hpp"
#include "core/statistics.hpp"
#include "core/study.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sweetspot::decisions {

/// A study whose truth is known.
struct Scenario {
  std::string name;
  Disturbance disturbance;
  std::vector<int> axes = {3, 3};  ///< how many values each parameter has
  std::vector<double> gains;       ///< true speed over the default's: of as many configurations, drawn; the others equal it
  double gain_spread = 0;          ///< deviation of the logarithm of further gains, of all configurations
  double budget_s = 3600;
};

/// A candidate that was confirmed, in logarithms of ratios.
struct Confirmed {
  double truth = 0;
  ConfirmDecision decision;
};

/// How one study ended.
struct Replayed {
  RecommendationKind kind = RecommendationKind::keep_default;
  double best_gain = 1;  ///< truth: of the best configuration, the default included
  double true_gain = 1;  ///< truth: of the configuration that was recommended
  Gain published;        ///< of an improvement
  /// What the best search visit would have claimed, over the truth of that configuration.
  double naive_overclaim = 1;
  std::vector<Confirmed> confirmed;
  int visits = 0;
  double minutes = 0;
};

/// The study loop and its conclusion on a simulated machine. The same scenario and seed give the same end.
Replayed replayed(const Scenario& scenario, std::uint64_t seed);

}  // namespace sweetspot::decisions
