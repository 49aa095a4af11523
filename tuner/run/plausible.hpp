#pragma once

#include "core/trial.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sweetspot {

/// Forward passes of the model per second, median over the answers: a pass gives one token and the drafted ones that it accepts,
/// as the server's timings tell. Where they tell nothing, as many as `draft_depth` allows. Nothing when no answer is long enough,
/// or when it is not known how much is drafted. (measurement.md: rate <= (1 + accepted per step) x plain rate)
std::optional<double> passes_per_second(const Trial& trial);

/// Why physics forbids the speed of a trial; nothing when it may be true. `ceiling`: tokens per second that memory allows plain
/// decoding of the default's model; `plain`: the default's trial, held against those that change nothing but speculation;
/// `bytes_ratio`: what the trial's model reads for a token / what the default's does, where they are of different quantisations.
/// What the default itself reaches counts as allowed: a bandwidth that was measured while other programs ran must not refuse the
/// rest. Pure.
std::optional<std::string> impossible_speed(const Trial& trial, std::optional<double> ceiling, const Trial* plain,
                                            double bytes_ratio = 1);

}  // namespace sweetspot
