// Search strategies over recorded tables, against the goals of search.md ("Where it must get, on tables").
//   search_benchmark [--tables FOLDER] [--seeds N] [--only WORD] [--allow-chance] [--no-peers]
// Prints a line a goal: ours with the interval of resampled seeds and tables, random, and what other tools reach; then what
// Optuna reaches here. Exit 1 if a goal was missed; with --allow-chance only when the whole interval misses it.
// --only: one section (six, others, failing, warm, speculation, noisy, restarts, proposals).
#include "benchmarks/search_peers.hpp"
#include "benchmarks/search_tables.hpp"

#include "core/candidates.hpp"
#include "core/error.hpp"
#include "core/rng.hpp"
#include "core/statistics.hpp"

#include <fmt/format.h>

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

using namespace sweetspot;
using namespace sweetspot::searches;

namespace {

struct Arguments {
  Suite suite;
  bool allow_chance = false;
  bool peers = true;
  std::string only;  ///< section; empty: all
};

Arguments parsed(int argc, char** argv) {
  Arguments arguments;
  arguments.suite.folder = std::string(SWEETSPOT_SOURCE_DIR) + "/../shared/data/tables";
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--allow-chance") arguments.allow_chance = true;
    if (name == "--no-peers") arguments.peers = false;
    if (i + 1 >= argc) continue;
    if (name == "--only") arguments.only = argv[i + 1];
    if (name == "--tables") arguments.suite.folder = argv[i + 1];
    if (name == "--seeds") arguments.suite.seeds = static_cast<std::size_t>(std::max(1, std::atoi(argv[i + 1])));
  }
  return arguments;
}

/// A count, which has no interval here: it is that of the mean curve.
Figure count_figure(const std::string& name, std::size_t count, double goal, const std::string& others) {
  const auto value = static_cast<double>(count);
  return {.name = name, .value = value, .low = value, .high = value, .goal = goal, .least = false, .others = others};
}

std::vector<Figure> six(const Suite& suite) {
  const Runs ours = replayed(suite, six_tables(), "auto", 100);
  const Runs random = replayed(suite, six_tables(), "random", 100);
  const auto with_random = [&](std::size_t n, const char* others) {
    return fmt::format("random {:.2f}, {}", ratio_figure("", random, n, 0, "").value, others);
  };
  const double random_100 = ratio_figure("", random, 100, 0, "").value;
  return {ratio_figure("six tables, ratio at 20", ours, 20, 0.80, with_random(20, "TPE .66, Kernel Tuner .67")),
          ratio_figure("six tables, ratio at 40", ours, 40, 0.88, with_random(40, "TPE .74, Kernel Tuner .77")),
          ratio_figure("six tables, ratio at 60", ours, 60, 0.92, with_random(60, "TPE .77, Kernel Tuner .82")),
          ratio_figure("six tables, ratio at 100", ours, 100, 0.96, with_random(100, "TPE .85, Kernel Tuner .90")),
          count_figure("evaluations to TPE's .85", evaluations_to(ours, 0.85, 100), 40, "TPE 100"),
          count_figure("evaluations to Kernel Tuner's .90", evaluations_to(ours, 0.90, 100), 50, "Kernel Tuner 100"),
          count_figure("evaluations to random's at 100", evaluations_to(ours, random_100, 100), 20, "random 100")};
}

std::vector<Figure> others_of_the_kind(const Suite& suite) {
  const Runs ours = replayed(suite, other_tables(), "auto", 100);
  std::vector<Figure> figures;
  for (const auto& [n, goal] : std::map<std::size_t, double>{{20, 0.80}, {40, 0.88}, {60, 0.92}, {100, 0.96}})
    figures.push_back(ratio_figure(fmt::format("six other tables, ratio at {}", n), ours, n, goal, ""));
  return figures;
}

std::vector<Figure> failing(const Suite& suite) {
  const Runs ours = replayed(suite, {"convolution_fail22_RTX_2080_Ti"}, "auto", 60);
  const ReplaySummary summary = summary_of(ours.begin()->second, 60);
  Figure wasted = count_figure("22 % fail: wasted of 60", 0, 3, "GPSampler 4.3, TPE 3.5-4.4");
  wasted.value = wasted.low = wasted.high = summary.wasted_mean_60;
  return {ratio_figure("22 % fail: ratio at 30", ours, 30, 0.96, "GPSampler .92, TPE .89"), wasted};
}

std::vector<Figure> machine_left_out(const Suite& suite) {
  std::vector<std::string> tables = six_tables();
  for (const std::string& name : other_tables()) tables.push_back(name);
  const Runs warm = replayed_warm(suite, tables, "auto", 20);
  const Runs cold = replayed(suite, tables, "auto", 20);
  Figure harm = ratio_figure("most harm of a warm start at 20", warm, 20, 0.02, "");
  harm.least = false;
  harm.value = 0;
  for (const auto& [name, runs] : warm) {
    const double difference = summary_of(cold.at(name), 20).ratio_mean.at(20) - summary_of(runs, 20).ratio_mean.at(20);
    harm.value = std::max(harm.value, difference);
  }
  harm.low = harm.high = harm.value;
  return {ratio_figure("machine left out: ratio at 5", warm, 5, 0.82, "cold .55"),
          ratio_figure("machine left out: ratio at 20", warm, 20, 0.90, ""), harm};
}

std::vector<Figure> speculation(const Suite& suite) {
  const Runs ours = replayed(suite, llama_tables(suite.folder), "auto", 15);
  double within = 0;
  double all = 0;
  for (const auto& [name, runs] : ours) {
    for (const ReplayRun& run : runs) within += ratio_at(run, 15) >= 0.95 ? 1 : 0;
    all += static_cast<double>(runs.size());
  }
  Figure share = count_figure("llama.cpp speculation: runs within 5 % at 15", 0, 0.80, "");
  share.least = true;
  share.value = share.low = share.high = within / all;
  return {ratio_figure("llama.cpp speculation: ratio at 15", ours, 15, 0.96, "TPE .95, random .90"), share};
}

/// What the noise costs: the true speed of what looks best, by the best of what was tried.
std::vector<Figure> noisy(const Suite& suite) {
  Runs picks;
  for (const std::string& name : six_tables()) {
    const RecordedTable table = table_in(suite, name);
    Runs runs = replayed(suite, {name}, "auto", 60, 0.1);
    for (ReplayRun& run : runs.at(name)) {
      double best = 0;
      for (const std::size_t row : run.rows) best = std::max(best, optimum_ms(table) / table.results[row].ms.value_or(1e300));
      run.ratios.assign(1, run.ratios.back() / best);
    }
    picks.insert(runs.begin(), runs.end());
  }
  return {ratio_figure("noise 10 %, one look each: pick / best tried", picks, 1, 0.0,
                       "measured again by the race: decisions_benchmark")};
}

/// How many times the launches a search needs that does not know what a launch costs, for what it has found after 60
/// evaluations. A launch takes twice as long as a measurement; two parameters of each table need none.
std::vector<Figure> restarts(const Suite& suite) {
  constexpr std::size_t blind_evaluations = 60;
  constexpr std::size_t evaluations_most = 150;
  const std::map<std::string, std::vector<std::string>> by_request{{"convolution_A4000", {"tile_size_x", "tile_size_y"}},
                                                                   {"convolution_W6600", {"tile_size_x", "tile_size_y"}},
                                                                   {"dedispersion_A100", {"tile_size_x", "tile_size_y"}},
                                                                   {"dedispersion_W7800", {"tile_size_x", "tile_size_y"}}};
  const Runs blind = replayed_by_request(suite, by_request, 0.0, blind_evaluations);
  const Runs aware = replayed_by_request(suite, by_request, 2.0, evaluations_most);
  double blind_launches = 0;
  double aware_launches = 0;
  for (const auto& [name, runs] : blind) {
    const double found = ratio_figure("", {{name, runs}}, blind_evaluations, 0, "").value;
    const std::size_t needed = evaluations_to({{name, aware.at(name)}}, found, evaluations_most);
    blind_launches += mean_launches(runs, blind_evaluations);
    aware_launches += mean_launches(aware.at(name), needed);
  }
  Figure fewer = count_figure("restart-blind by restart-aware: launches", 0, 1.5,
                              fmt::format("{:.0f} for {:.0f} on four tables", blind_launches, aware_launches));
  fewer.least = true;
  fewer.value = fewer.low = fewer.high = blind_launches / aware_launches;
  return {fewer};
}

/// `axes` parameters of `values` values each, all combinations valid.
SearchSpace made_up_space(std::size_t values, std::size_t axes) {
  SearchSpace space;
  for (std::size_t i = 0; i < axes; ++i) {
    Axis axis{.parameter = fmt::format("p{}", i), .values = {}};
    for (std::size_t v = 0; v < values; ++v) axis.values.emplace_back(static_cast<std::int64_t>(v));
    space.baseline.values[axis.parameter] = axis.values.front();
    space.axes.push_back(std::move(axis));
  }
  return space;
}

/// Seconds of a proposal after 200 observations of a made-up space.
double proposal_seconds(std::size_t values, std::size_t axes, int repeats) {
  const SearchSpace space = made_up_space(values, axes);
  const Candidates all = candidates(space, 1);
  Rng rng(5);
  std::vector<Trial> history(200);
  for (std::size_t i = 0; i < history.size(); ++i) {
    const auto row = i == 0 ? std::span<const ValueIndex>(all.baseline) : all.row(rng.below(all.size));
    history[i].config = config_of(space, all, row);
    history[i].changed = difference(history[i].config, space.baseline);
    Visit visit;
    double seconds = 1 + 0.1 * rng.unit();
    for (const ValueIndex value : row) seconds += std::abs(value - 4.0) * 0.1;
    visit.measurement.score_s = seconds;
    if (rng.below(10) > 0)
      history[i].visits.push_back(visit);
    else
      history[i].failure = Failure{};
  }
  std::vector<double> seconds;
  for (int i = 0; i < repeats; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    if (!find_strategy("auto").propose(space, history, static_cast<std::uint64_t>(i))) return 1e9;
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  return median(seconds);
}

Figure enumeration_seconds() {
  const SearchSpace space = made_up_space(10, 6);
  std::vector<double> seconds;
  for (int i = 0; i < 5; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    const bool all = candidates(space, 1).size == 1'000'000;
    seconds.push_back(all ? std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() : 1e9);
  }
  Figure figure = count_figure("s of the enumeration of 1e6 candidates", 0, 2, "");
  figure.value = figure.low = figure.high = median(seconds);
  return figure;
}

/// Of this process so far.
Figure memory_peak() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
#ifdef __APPLE__
  constexpr double bytes_per_unit = 1;
#else
  constexpr double bytes_per_unit = 1024;
#endif
  Figure figure = count_figure("MB of memory at the most, with 1e6 candidates", 0, 500, "");
  figure.value = figure.low = figure.high = static_cast<double>(usage.ru_maxrss) * bytes_per_unit / 1e6;
  return figure;
}

std::vector<Figure> proposals(const Suite&) {
  Figure few = count_figure("ms of a proposal: 200 observations, 10,000 candidates", 0, 100, "");
  few.value = few.low = few.high = 1000 * proposal_seconds(10, 4, 21);
  Figure many = count_figure("ms of a proposal: 200 observations, 1e6 candidates", 0, 2000, "");
  many.value = many.low = many.high = 1000 * proposal_seconds(10, 6, 5);
  return {few, many, enumeration_seconds(), memory_peak()};
}

}  // namespace

int main(int argc, char** argv) try {
  const Arguments arguments = parsed(argc, argv);
  if (!std::filesystem::is_directory(arguments.suite.folder)) {
    fmt::print("search_benchmark: skipped: no recorded tables in {} (name their folder with --tables)\n",
               arguments.suite.folder.string());
    return 0;
  }
  bool all_met = true;
  fmt::print("{:<52} {:>8}  {:<17}  {:<8} {}\n", "search over recorded tables", "ours", "90 %", "goal", "others");
  const std::vector<std::pair<std::string, std::vector<Figure> (*)(const Suite&)>> sections{{"six", six},
                                                                                            {"others", others_of_the_kind},
                                                                                            {"failing", failing},
                                                                                            {"warm", machine_left_out},
                                                                                            {"speculation", speculation},
                                                                                            {"noisy", noisy},
                                                                                            {"restarts", restarts},
                                                                                            {"proposals", proposals}};
  for (const auto& [name, section] : sections) {
    if (!arguments.only.empty() && arguments.only != name) continue;
    for (const Figure& figure : section(arguments.suite)) {
      const bool by_chance = figure.least ? figure.high >= figure.goal : figure.low <= figure.goal;
      const bool met = figure.met() || (arguments.allow_chance && by_chance);
      all_met = all_met && met;
      fmt::print("{:<52} {:>8.3f}  {:<17}  {} {:<5} {}{}\n", figure.name, figure.value,
                 fmt::format("{:.3f} - {:.3f}", figure.low, figure.high), figure.least ? ">=" : "<=", figure.goal, figure.others,
                 figure.met() ? "" : "  MISSED");
    }
    std::fflush(stdout);
  }
  if (arguments.peers && arguments.only.empty()) print_optuna(arguments.suite);
  return all_met ? 0 : 1;
} catch (const Error& error) {
  fmt::print(stderr, "search_benchmark: {}\nhint: {}\n", error.what(), error.hint());
  return 2;
}
