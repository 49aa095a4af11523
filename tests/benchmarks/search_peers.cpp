#include "benchmarks/search_peers.hpp"

#include "benchmarks/python_venv.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>

namespace sweetspot::searches {
namespace {

constexpr std::size_t seeds_most = 3;  ///< a run of TPE on a large table takes half a minute
constexpr int seconds_most = 1200;     ///< of one comparison; coreutils' timeout where it is there

struct Comparison {
  std::string name;
  std::vector<std::string> tables;
  std::vector<std::size_t> counts;
};

std::optional<nlohmann::json> result_of(const std::string& python, const std::string& sampler, const Suite& suite,
                                        const Comparison& comparison) {
  std::string command =
      fmt::format("$(command -v timeout >/dev/null && echo timeout {}) '{}' '" SWEETSPOT_SEARCH_OPTUNA "' {} {} {}", seconds_most,
                  python, sampler, std::min(suite.seeds, seeds_most), comparison.counts.back());
  for (const std::string& table : comparison.tables) command += fmt::format(" '{}/{}.csv.gz'", suite.folder.string(), table);
  auto json = nlohmann::json::parse(benchmarks::output_of(command), nullptr, false);
  if (json.is_discarded()) return std::nullopt;
  return json;
}

void print_sampler(const std::string& python, const std::string& sampler, const std::string& shown, const Suite& suite) {
  for (const Comparison& comparison : {Comparison{"six tables", six_tables(), {20, 40, 60, 100}},
                                       Comparison{"llama.cpp speculation", llama_tables(suite.folder), {5, 10, 15, 20}},
                                       Comparison{"22 % fail", {"convolution_fail22_RTX_2080_Ti"}, {30, 60}}}) {
    const auto result = result_of(python, sampler, suite, comparison);
    if (!result) {
      fmt::print("{}, {}: no result within {} s\n", shown, comparison.name, seconds_most);
      continue;
    }
    std::string figures;
    for (const std::size_t count : comparison.counts)
      figures += fmt::format("  {:.3f} at {}", result->at("ratio_mean").at(count - 1).get<double>(), count);
    fmt::print("{} {}, {}, {} seeds:{}; wasted of 60: {:.1f}\n", shown, result->at("version").get<std::string>(), comparison.name,
               std::min(suite.seeds, seeds_most), figures, result->at("wasted_mean_60").get<double>());
  }
}

}  // namespace

void print_optuna(const Suite& suite) {
  const std::string python = benchmarks::python_with("optuna");
  if (python.empty()) {
    fmt::print("Optuna is not compared: it needs python3 with venv, and the package index\n");
    return;
  }
  print_sampler(python, "tpe", "Optuna TPE", suite);
  const bool torch = benchmarks::output_of("'" + python + "' -c 'import scipy, torch; print(1)' 2>/dev/null") == "1\n";
  if (torch)
    print_sampler(python, "gp", "Optuna GPSampler", suite);
  else
    fmt::print("Optuna's GPSampler is not compared: {} has no torch and scipy\n", python);
}

}  // namespace sweetspot::searches
