#pragma once

#include "core/goal_row.hpp"
#include "reports/report.hpp"

#include <span>
#include <string>

namespace sweetspot {

/// Several studies in one table: which engine with which model for which goal. `rows` in the order to show, goal by goal.
std::string goal_table_text(std::span<const GoalRow> rows);

/// The same as a JSON array.
std::string goal_table_json(std::span<const GoalRow> rows);

}  // namespace sweetspot
