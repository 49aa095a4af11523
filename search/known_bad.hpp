#pragma once

#include "core/config.hpp"
#include "core/trial.hpp"

#include <vector>

namespace sweetspot {

/// Whether the trial failed for any reason but an interruption, or its verdict is broken (or lossy, where that is not allowed).
bool went_bad(const Trial& trial, AllowLossy allow_lossy);

/// Whether `changed` (against the baseline) holds a value that was bad by itself: a trial that changed nothing else went
/// bad. Such a value is not tried in combinations, but with changes beside which it was then seen to be good.
bool contains_known_bad(const Config& changed, const std::vector<Trial>& history, AllowLossy allow_lossy);

}  // namespace sweetspot
