#pragma once

#include "core/config.hpp"
#include "core/trial.hpp"

#include <vector>

namespace sweetspot {

/// Whether `changed` (against the baseline) holds a value that was broken by itself: a trial that changed nothing else had
/// the verdict broken (or lossy, where that is not allowed), or failed for any reason but an interruption. Such a value is
/// not tried in combinations.
bool contains_known_bad(const Config& changed, const std::vector<Trial>& history, AllowLossy allow_lossy);

}  // namespace sweetspot
