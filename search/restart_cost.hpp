#pragma once

#include "core/candidates.hpp"
#include "core/search_space.hpp"
#include "core/trial.hpp"

#include <optional>
#include <span>
#include <vector>

namespace sweetspot {

/// What the next configuration costs beside the measurement itself.
struct RestartCost {
  std::optional<std::vector<ValueIndex>> running;  ///< what the server that is up was last asked for; nothing: none is up
  std::vector<char> by_request;                    ///< by axis: its values are set by request
  double log_restart = 0;                          ///< log((measuring + launching) / measuring)

  /// Logarithm of what measuring the row costs, by what it would without a launch.
  double log_cost(std::span<const ValueIndex> row) const;
};

/// From the search's visits: what lies between the end of one and the end of the next, beside its timed part, is taken for
/// what a launch takes. Where steps that changed only what requests set took as long, nothing costs more than anything else.
RestartCost restart_cost_of(const SearchSpace& space, const Candidates& candidates, const std::vector<Trial>& history);

}  // namespace sweetspot
