#include "benchmarks/search_tables.hpp"

#include "core/error.hpp"
#include "core/rng.hpp"
#include "core/statistics.hpp"
#include "run/warm_start.hpp"

#include <algorithm>
#include <chrono>

namespace sweetspot::searches {
namespace {

constexpr int resamples = 1000;
constexpr std::size_t winners_most = 5;
constexpr std::string_view suffix = ".csv.gz";

double seconds_now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

std::vector<ReplayRun> runs_of(const RecordedTable& table, const Suite& suite, std::string_view strategy,
                               const ReplaySettings& settings) {
  std::vector<ReplayRun> runs;
  runs.reserve(suite.seeds);
  for (std::size_t i = 0; i < suite.seeds; ++i)
    runs.push_back(replay(table, find_strategy(strategy), settings, suite.first_seed + i, seconds_now));
  return runs;
}

/// "convolution" of "convolution_A100".
std::string kind_of(const std::string& table) { return table.substr(0, table.find('_')); }

double mean_ratio(const Runs& runs, std::size_t evaluations) {
  std::vector<double> by_table;
  for (const auto& [name, own] : runs) {
    std::vector<double> ratios;
    ratios.reserve(own.size());
    for (const ReplayRun& run : own) ratios.push_back(ratio_at(run, evaluations));
    by_table.push_back(mean(ratios));
  }
  return mean(by_table);
}

}  // namespace

std::vector<std::string> six_tables() {
  return {"convolution_A100",  "convolution_A6000",   "convolution_MI250X",
          "convolution_W7800", "dedispersion_MI250X", "dedispersion_W6600"};
}

std::vector<std::string> other_tables() {
  return {"convolution_A4000",  "convolution_W6600",  "dedispersion_A100",
          "dedispersion_A4000", "dedispersion_A6000", "dedispersion_W7800"};
}

std::vector<std::string> llama_tables(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("llama") && name.ends_with(suffix)) names.push_back(name.substr(0, name.size() - suffix.size()));
  }
  std::ranges::sort(names);
  return names;
}

RecordedTable table_in(const Suite& suite, const std::string& name) {
  return load_table(suite.folder / (name + std::string(suffix)));
}

Runs replayed(const Suite& suite, const std::vector<std::string>& tables, std::string_view strategy, std::size_t evaluations,
              double noise) {
  Runs runs;
  for (const std::string& name : tables)
    runs[name] = runs_of(table_in(suite, name), suite, strategy, {.evaluations = evaluations, .noise = noise, .winners = {}});
  return runs;
}

Runs replayed_warm(const Suite& suite, const std::vector<std::string>& tables, std::string_view strategy,
                   std::size_t evaluations) {
  Runs runs;
  for (const std::string& name : tables) {
    std::vector<RecordedTable> others;
    for (const std::string& other : tables) {
      if (other != name && kind_of(other) == kind_of(name)) others.push_back(table_in(suite, other));
    }
    ReplaySettings settings{.evaluations = evaluations, .noise = 0, .winners = winners_of(others, winners_most)};
    runs[name] = runs_of(table_in(suite, name), suite, strategy, settings);
  }
  return runs;
}

Runs replayed_by_request(const Suite& suite, const std::map<std::string, std::vector<std::string>>& by_request, double launch_s,
                         std::size_t evaluations) {
  Runs runs;
  for (const auto& [name, parameters] : by_request) {
    ReplaySettings settings{.evaluations = evaluations, .noise = 0, .winners = {}};
    settings.by_request = parameters;
    settings.launch_s = launch_s;
    runs[name] = runs_of(table_in(suite, name), suite, "auto", settings);
  }
  return runs;
}

double mean_launches(const std::vector<ReplayRun>& runs, std::size_t evaluations) {
  double launches = 0;
  for (const ReplayRun& run : runs) {
    const auto end = run.launched.begin() + static_cast<std::ptrdiff_t>(std::min(evaluations, run.launched.size()));
    launches += static_cast<double>(std::count(run.launched.begin(), end, true));
  }
  return launches / static_cast<double>(runs.size());
}

Figure ratio_figure(const std::string& name, const Runs& runs, std::size_t evaluations, double goal, const std::string& others) {
  Figure figure{.name = name, .value = mean_ratio(runs, evaluations), .goal = goal, .least = true, .others = others};
  std::vector<std::vector<double>> ratios;
  for (const auto& [table, own] : runs) {
    ratios.emplace_back();
    for (const ReplayRun& run : own) ratios.back().push_back(ratio_at(run, evaluations));
  }
  Rng rng(derived_seed(1, "benchmarks/search resample"));
  std::vector<double> means;
  for (int i = 0; i < resamples; ++i) {
    std::vector<double> by_table;
    for (std::size_t t = 0; t < ratios.size(); ++t) {
      const std::vector<double>& own = rng.pick(ratios);
      std::vector<double> drawn;
      drawn.reserve(own.size());
      for (std::size_t s = 0; s < own.size(); ++s) drawn.push_back(rng.pick(own));
      by_table.push_back(mean(drawn));
    }
    means.push_back(mean(by_table));
  }
  figure.low = quantile(means, 0.05);
  figure.high = quantile(means, 0.95);
  return figure;
}

std::size_t evaluations_to(const Runs& runs, double ratio, std::size_t most) {
  for (std::size_t n = 1; n <= most; ++n) {
    if (mean_ratio(runs, n) >= ratio) return n;
  }
  return most + 1;
}

}  // namespace sweetspot::searches
