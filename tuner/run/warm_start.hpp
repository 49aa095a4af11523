#pragma once

#include "run/recorded_table.hpp"

#include <cstddef>
#include <vector>

namespace sweetspot {

/// What to try first on a machine like those of the tables: each next configuration is the one that raises the mean over the
/// tables of the best ratio to the table's optimum among those chosen the most, so that the first is good everywhere and the
/// next ones where it is not. What a table does not hold, or what failed in it, counts 0 there.
std::vector<Config> winners_of(const std::vector<RecordedTable>& tables, std::size_t most);

}  // namespace sweetspot
