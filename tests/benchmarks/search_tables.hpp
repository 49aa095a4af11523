#pragma once

#include "run/replay.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// The recorded tables of search.md, replayed.
namespace sweetspot::searches {

/// A figure with the interval that 90 % of resampled seeds and tables give, and what it should be.
struct Figure {
  std::string name;
  double value = 0;
  double low = 0;
  double high = 0;
  double goal = 0;
  bool least = true;   ///< the goal is the least that the value should be; else the most
  std::string others;  ///< what other tools reach, from search.md
  bool met() const { return least ? value >= goal : value <= goal; }
};

/// Runs by table.
using Runs = std::map<std::string, std::vector<ReplayRun>>;

struct Suite {
  std::filesystem::path folder;
  std::size_t seeds = 30;
  std::uint64_t first_seed = 1;
};

/// The six tables of search.md, the six others of their kinds, those of llama.cpp, and all of them.
std::vector<std::string> six_tables();
std::vector<std::string> other_tables();
std::vector<std::string> llama_tables(const std::filesystem::path& folder);

RecordedTable table_in(const Suite& suite, const std::string& name);

Runs replayed(const Suite& suite, const std::vector<std::string>& tables, std::string_view strategy, std::size_t evaluations,
              double noise = 0);

/// Each table begun with the best of the other machines' tables of its kind.
Runs replayed_warm(const Suite& suite, const std::vector<std::string>& tables, std::string_view strategy,
                   std::size_t evaluations);

/// The same with parameters that requests set, and launches that take so much longer than a measurement: 0 leaves the strategy
/// blind to them.
Runs replayed_by_request(const Suite& suite, const std::map<std::string, std::vector<std::string>>& by_request, double launch_s,
                         std::size_t evaluations);

/// Mean over the runs of the launches in so many evaluations.
double mean_launches(const std::vector<ReplayRun>& runs, std::size_t evaluations);

/// Mean over tables and seeds of the ratio after so many evaluations, with its interval.
Figure ratio_figure(const std::string& name, const Runs& runs, std::size_t evaluations, double goal, const std::string& others);

/// The first count at which the mean ratio is reached; a little beyond the longest run when it is not.
std::size_t evaluations_to(const Runs& runs, double ratio, std::size_t most);

}  // namespace sweetspot::searches
