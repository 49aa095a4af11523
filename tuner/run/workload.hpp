#pragma once

#include "core/prompt.hpp"
#include "run/score.hpp"

#include <vector>

namespace sweetspot {

/// A user's prompts with what a goal's score needs and they do not hold. Long ones are continued by two turns, for the first
/// token of a warm one. Where there is no long one, or no short one and the goal weighs its first token, the built-in prompts
/// of that class are added.
std::vector<Prompt> timed_workload(const std::vector<Prompt>& workload, const Goal& goal);

}  // namespace sweetspot
