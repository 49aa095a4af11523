#pragma once

#include "gate/sampled.hpp"
#include "run/attached_check.hpp"

#include <map>
#include <string>

namespace sweetspot {

/// What both servers draw with: a temperature, and beside it what greedy decoding of the engine pins, since their own defaults
/// may differ.
std::map<std::string, double> draw_sampler(const EngineDescriptor::Protocol& protocol);

/// Draws of candidate and reference side by side (G15). Not asked, with the reason, without a reference, at the quick tier, and
/// where draw_plan() or drawn() give nothing. Throws TrialError.
SamplingResult attached_draws(const AttachedCheckJob& job, const Reference& reference, const ChatTarget& referee,
                              const InterruptFlag& interrupt);

}  // namespace sweetspot
