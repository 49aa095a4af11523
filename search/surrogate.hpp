#pragma once

#include "core/candidates.hpp"
#include "core/level.hpp"
#include "core/trial.hpp"
#include "search/gaussian_process.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace sweetspot {

/// What a history says about a space, in the surrogate's terms.
struct Lessons {
  Observations speeds;       ///< of what worked: log speeds, standardised, the slow ones compressed
  Observations outcomes;     ///< of all that was tried: 1 where it worked, 0 where it did not
  std::size_t failures = 0;  ///< of the outcomes
};

/// Mean log seconds of the search's visits of a trial, against how slow the machine was at the time; nothing when it has none.
std::optional<double> log_seconds(const Trial& trial, const std::vector<Level>& machine);

/// How slow the machine was, by the baseline's visits; empty when it did not change.
std::vector<Level> machine_levels(const SearchSpace& space, const std::vector<Trial>& history);

/// Whether a trial shows that its configuration cannot be used: it failed, its output is not the reference's, or it is
/// not as the user requires.
bool unusable(const Trial& trial, AllowLossy allow_lossy);

Lessons lessons_of(const SearchSpace& space, const Candidates& candidates, const std::vector<Trial>& history);

}  // namespace sweetspot
