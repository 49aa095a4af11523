#include "run/replay.hpp"

#include "core/candidates.hpp"
#include "core/rng.hpp"
#include "core/statistics.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <utility>

namespace sweetspot {
namespace {

constexpr std::array<std::size_t, 12> counts{1, 5, 10, 15, 20, 30, 40, 60, 80, 100, 150, 200};
constexpr std::array<double, 6> levels_reached{0.8, 0.9, 0.95, 0.97, 0.98, 0.99};
constexpr std::size_t wasted_of = 60;

FailureKind kind_of(const std::string& word) {
  if (word.find("ompil") != std::string::npos) return FailureKind::launch_failed;
  if (word.find("imeout") != std::string::npos || word.find("timed") != std::string::npos) return FailureKind::timed_out;
  if (word.find("emory") != std::string::npos) return FailureKind::out_of_memory;
  return FailureKind::crashed;
}

/// What a strategy is told of a row.
Trial trial_of(const RecordedResult& result, Config config, const Config& baseline, double log_noise, double at_s) {
  Trial trial;
  trial.id = std::to_string(at_s);
  trial.changed = difference(config, baseline);
  trial.config = std::move(config);
  if (!result.ms) {
    trial.failure = Failure{kind_of(result.failure), result.failure, ""};
    return trial;
  }
  trial.verdict = Verdict{};
  trial.verdict->outcome = Outcome::pass;
  trial.measurement = Measurement{};
  trial.measurement->score_s = *result.ms / 1000 * std::exp(log_noise);
  Visit visit;
  visit.at_s = at_s;
  visit.duration_s = 1;
  visit.measurement = *trial.measurement;
  trial.visits.push_back(std::move(visit));
  return trial;
}

/// Rows by their indices.
std::map<std::vector<ValueIndex>, std::size_t> rows_by_indices(const SearchSpace& space) {
  std::map<std::vector<ValueIndex>, std::size_t> rows;
  const std::size_t width = space.axes.size();
  for (std::size_t i = 0; i * width < space.rows.size(); ++i) {
    const auto begin = space.rows.begin() + static_cast<std::ptrdiff_t>(i * width);
    rows.emplace(std::vector<ValueIndex>(begin, begin + static_cast<std::ptrdiff_t>(width)), i);
  }
  return rows;
}

void start_anywhere(SearchSpace& space, std::uint64_t seed) {
  const std::size_t width = space.axes.size();
  const std::size_t row = Rng(derived_seed(seed, "run/replay start")).below(space.rows.size() / width);
  for (std::size_t axis = 0; axis < width; ++axis)
    space.baseline.values[space.axes[axis].parameter] = space.axes[axis].values[space.rows[row * width + axis]];
}

void set_by_request(SearchSpace& space, const std::vector<std::string>& names) {
  for (Parameter& parameter : space.parameters) {
    if (std::ranges::find(names, parameter.name) != names.end()) parameter.scope = Scope::request;
  }
}

/// Whether a server that runs `before` must be launched anew for `next`; so it must where none runs.
bool needs_launch(const std::optional<Config>& before, const Config& next, const std::vector<std::string>& by_request) {
  if (!before) return true;
  return std::ranges::any_of(difference(next, *before).values,
                             [&](const auto& entry) { return std::ranges::find(by_request, entry.first) == by_request.end(); });
}

}  // namespace

ReplayRun replay(const RecordedTable& table, const Strategy& strategy, const ReplaySettings& settings, std::uint64_t seed,
                 const SecondsNow& now) {
  SearchSpace space = table.space;
  start_anywhere(space, seed);
  space.winners = settings.winners;
  set_by_request(space, settings.by_request);
  const auto rows = rows_by_indices(space);
  const Candidates places{.axes = space.axes, .baseline = {}, .indices = {}};
  const double optimum = optimum_ms(table);
  Rng rng(derived_seed(seed, "run/replay noise"));
  ReplayRun run;
  std::vector<Trial> history;
  std::optional<Config> running;
  double at_s = 0;
  double best_told = std::numeric_limits<double>::infinity();
  double ratio = 0;
  while (run.ratios.size() < settings.evaluations) {
    const double begin = now();
    std::optional<Config> config = strategy.propose(space, history, seed);
    run.proposal_seconds.push_back(now() - begin);
    if (!config) break;
    const std::size_t row = rows.at(row_of(places, *config).value());
    const RecordedResult& result = table.results[row];
    const double log_noise = settings.noise > 0 ? settings.noise * rng.normal() : 0;
    const bool launched = needs_launch(running, *config, settings.by_request);
    running = result.ms ? config : std::nullopt;
    history.push_back(trial_of(result, std::move(*config), space.baseline, log_noise, at_s));
    at_s += 1 + (launched ? settings.launch_s : 0);
    const double told = result.ms ? *result.ms * std::exp(log_noise) : best_told;
    if (told < best_told) {
      best_told = told;
      ratio = optimum / *result.ms;
    }
    run.ratios.push_back(ratio);
    run.failed.push_back(!result.ms);
    run.rows.push_back(row);
    run.launched.push_back(launched);
  }
  return run;
}

double ratio_at(const ReplayRun& run, std::size_t evaluations) {
  if (run.ratios.empty() || evaluations == 0) return 0;
  return run.ratios[std::min(evaluations, run.ratios.size()) - 1];
}

ReplaySummary summary_of(const std::vector<ReplayRun>& runs, std::size_t evaluations) {
  ReplaySummary summary;
  std::vector<double> mean_by_count;
  for (std::size_t n = 1; n <= evaluations; ++n) {
    std::vector<double> ratios;
    ratios.reserve(runs.size());
    for (const ReplayRun& run : runs) ratios.push_back(ratio_at(run, n));
    mean_by_count.push_back(mean(ratios));
    if (n != evaluations && std::ranges::find(counts, n) == counts.end()) continue;
    summary.ratio_mean[n] = mean_by_count.back();
    summary.ratio_sd[n] = sample_deviation(ratios);
  }
  for (const double level : levels_reached) {
    const auto reached = std::ranges::find_if(mean_by_count, [&](double ratio) { return ratio >= level; });
    summary.evaluations_to[level] = reached == mean_by_count.end()
                                        ? std::nullopt
                                        : std::optional(static_cast<std::size_t>(reached - mean_by_count.begin()) + 1);
  }
  std::vector<double> wasted;
  std::vector<double> seconds;
  for (const ReplayRun& run : runs) {
    const auto end = run.failed.begin() + static_cast<std::ptrdiff_t>(std::min(wasted_of, run.failed.size()));
    wasted.push_back(static_cast<double>(std::count(run.failed.begin(), end, true)));
    seconds.insert(seconds.end(), run.proposal_seconds.begin(), run.proposal_seconds.end());
  }
  summary.wasted_mean_60 = mean(wasted);
  summary.seconds_per_proposal_median = median(seconds);
  return summary;
}

}  // namespace sweetspot
