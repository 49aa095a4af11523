#include "cli/commands.hpp"

#include "cli/exit_code.hpp"
#include "cli/job.hpp"
#include "cli/output.hpp"
#include "cli/recorded_source.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "run/replay.hpp"
#include "run/warm_start.hpp"
#include "search/strategy.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>

namespace sweetspot {

namespace {

constexpr std::size_t winners_most = 5;  ///< search.md "Warm start"

std::vector<ReplayRun> all_runs(const RecordedTable& table, const ReplaySettings& settings, const Options& options,
                                Context& context) {
  const Strategy& strategy = find_strategy(options.strategy);
  const auto begin = std::chrono::steady_clock::now();
  const auto now = [begin] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(); };
  const TuneOutput progress = progress_output(context);
  std::vector<ReplayRun> runs;
  for (int i = 0; i < options.seeds; ++i) {
    if (context.interrupt.raised()) throw Interrupted{};
    progress.status(fmt::format("run {} of {}", i + 1, options.seeds));
    runs.push_back(replay(table, strategy, settings, options.seed + static_cast<std::uint64_t>(i), now));
  }
  clear_status(context);
  return runs;
}

double failed_share(const RecordedTable& table) {
  const auto failed = std::ranges::count_if(table.results, [](const RecordedResult& result) { return !result.ms; });
  return static_cast<double>(failed) / static_cast<double>(table.results.size());
}

std::string json(const RecordedTable& table, const ReplaySummary& summary, const Options& options) {
  nlohmann::ordered_json document;
  document["table"] = table.name;
  document["strategy"] = find_strategy(options.strategy).name;
  document["seeds"] = options.seeds;
  document["evaluations"] = options.evaluations;
  document["noise"] = options.noise;
  document["optimum"] = optimum_ms(table);
  document["configurations"] = table.results.size();
  document["failed_share"] = failed_share(table);
  for (const auto& [count, ratio] : summary.ratio_mean) document["ratio_mean"][std::to_string(count)] = ratio;
  for (const auto& [count, deviation] : summary.ratio_sd) document["ratio_sd"][std::to_string(count)] = deviation;
  document["wasted_mean_60"] = summary.wasted_mean_60;
  for (const auto& [ratio, count] : summary.evaluations_to) {
    auto& reached = document["evaluations_to"][fmt::format("{:.2f}", ratio)];
    if (count) reached = *count;
  }
  document["seconds_per_proposal_median"] = summary.seconds_per_proposal_median;
  return json_text(document, 2) + "\n";
}

std::string text(const RecordedTable& table, const ReplaySummary& summary, const Options& options) {
  std::string out = fmt::format("{}: {} configurations of {} parameters, {:.1f} % failed, optimum {:.5g} ms\n", table.name,
                                table.results.size(), table.space.axes.size(), 100 * failed_share(table), optimum_ms(table));
  out += fmt::format("strategy {}, {} runs of {} evaluations\n\n", options.strategy, options.seeds, options.evaluations);
  out += fmt::format("{:>11}  {:>10}  {:>9}\n", "evaluations", "mean ratio", "deviation");
  for (const auto& [count, ratio] : summary.ratio_mean)
    out += fmt::format("{:>11}  {:>10.3f}  {:>9.3f}\n", count, ratio, summary.ratio_sd.at(count));
  out += '\n';
  for (const auto& [ratio, count] : summary.evaluations_to)
    out += fmt::format("mean ratio {:.2f}  {}\n", ratio, count ? fmt::format("after {}", *count) : std::string{"not reached"});
  return out + fmt::format("failed of the first 60: {:.1f}; median proposal {:.1f} ms\n", summary.wasted_mean_60,
                           1000 * summary.seconds_per_proposal_median);
}

}  // namespace

int command_replay(const Options& options, Context& context) {
  if (options.table.empty())
    throw Error{"nothing to replay is named",
                "name a recorded table (.csv, .json, also .gz) or a stored study: sweetspot replay TABLE"};
  const RecordedTable table = recorded_named(options.table, context);
  optimum_ms(table);
  std::vector<RecordedTable> others;
  others.reserve(options.warm.size());
  for (const std::string& name : options.warm) others.push_back(recorded_named(name, context));
  ReplaySettings settings;
  settings.evaluations = static_cast<std::size_t>(options.evaluations);
  settings.noise = options.noise;
  settings.winners = winners_of(others, winners_most);
  const ReplaySummary summary = summary_of(all_runs(table, settings, options, context), settings.evaluations);
  write_result(options, context, options.json ? json(table, summary, options) : text(table, summary, options));
  return exit_ok;
}

}  // namespace sweetspot
