#pragma once

#include "core/goal_row.hpp"
#include "core/study.hpp"

#include <vector>

namespace sweetspot {

/// A finished study's answer to its own goal, and, from the visits of its search, to every other goal that it has figures for.
std::vector<GoalRow> rows_of(const Study& study);

/// Goal by goal, `first_goal` in front; of a goal the best first (fewest seconds, or bytes where the goal ranks memory), what
/// has no score last.
void sort_rows(std::vector<GoalRow>& rows, const std::string& first_goal);

}  // namespace sweetspot
