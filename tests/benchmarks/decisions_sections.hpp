#pragma once

#include "benchmarks/decisions_table.hpp"

#include <cstdint>
#include <vector>

namespace sweetspot::decisions {

/// Two configurations 3 % apart while the machine loses 15 %: simple orders of runs, and the study loop.
std::vector<Row> wrong_winners_of_two(int replays, std::uint64_t seed);
/// Nine configurations of which one is best.
std::vector<Row> wrong_winners_of_nine(int replays, std::uint64_t seed);
/// More configurations than there is time for, of many speeds.
std::vector<Row> wrong_winners_of_many(int replays, std::uint64_t seed);
/// Nine configurations that are all the same.
std::vector<Row> false_improvements(int replays, std::uint64_t seed);
/// Nine configurations of many speeds: what is published against the truth, and whether the intervals hold it.
std::vector<Row> published_claims(int replays, std::uint64_t seed);

}  // namespace sweetspot::decisions
