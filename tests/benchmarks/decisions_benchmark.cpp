// The study loop on simulated machines whose truth is known: how often it recommends the wrong configuration, how much it
// overclaims, and whether its intervals hold (measurement.md, "Order beats sample count").
//   decisions_benchmark [--replays N] [--seed N] [--json] [--allow-chance]
// Prints a table a question. Exit 1 if a goal was missed; with --allow-chance only if so many replays seldom miss it by chance.
#include "benchmarks/decisions_sections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

using namespace sweetspot::decisions;

namespace {

struct Arguments {
  int replays = 500;
  std::uint64_t seed = 1;
  bool json = false;
  Chance chance = Chance::none;
};

Arguments parsed(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--json") arguments.json = true;
    if (name == "--allow-chance") arguments.chance = Chance::allowed;
    if (i + 1 >= argc) continue;
    if (name == "--replays") arguments.replays = std::max(2, std::atoi(argv[i + 1]));
    if (name == "--seed") arguments.seed = std::strtoull(argv[i + 1], nullptr, 10);
  }
  return arguments;
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments = parsed(argc, argv);
  std::vector<Row> rows;
  for (const auto& section :
       {wrong_winners_of_two, wrong_winners_of_nine, wrong_winners_of_many, false_improvements, published_claims}) {
    const std::vector<Row> own = section(arguments.replays, arguments.seed);
    rows.insert(rows.end(), own.begin(), own.end());
  }
  fmt::print("{}", arguments.json ? json_table(rows, arguments.chance) : text_table(rows, arguments.chance));
  const bool all_met = std::all_of(rows.begin(), rows.end(), [&](const Row& row) {
    return std::all_of(row.limits.begin(), row.limits.end(), [&](const Limit& limit) { return met(limit, arguments.chance); });
  });
  return all_met ? 0 : 1;
}
