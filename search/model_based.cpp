#include "search/model_based.hpp"

#include "core/candidates.hpp"
#include "core/rng.hpp"
#include "search/feasibility.hpp"
#include "search/gaussian_process.hpp"
#include "search/known_bad.hpp"
#include "search/learned_rules.hpp"
#include "search/restart_cost.hpp"
#include "search/surrogate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <set>
#include <span>
#include <string>
#include <utility>

namespace sweetspot {

namespace {

using Row = std::vector<ValueIndex>;
/// Values by their axes.
using Choices = std::vector<std::pair<std::size_t, ValueIndex>>;

constexpr std::size_t first_spread = 4;     ///< configurations before the surrogate speaks
constexpr std::size_t least_speeds = 3;     ///< that it needs
constexpr std::size_t spread_among = 30;    ///< candidates of which the farthest is taken
constexpr double spread_works_least = 0.8;  ///< chance to work of what is taken blindly
constexpr std::size_t pool_most = 4000;     ///< candidates that are looked at, beside the neighbours of the best
constexpr std::size_t many_speeds = 100;    ///< beyond, half as many and less closely: a look costs the square of these
constexpr std::size_t best_looked_beside = 3;
constexpr std::size_t averaged_over = 300;  ///< of the pool, by every sample of the parameters
constexpr std::size_t few_speeds = 60;      ///< up to here several samples of the parameters are averaged
constexpr std::size_t parameter_samples = 6;
constexpr std::size_t winners_most = 5;

/// All that a proposal looks at.
struct Situation {
  const SearchSpace& space;
  const std::vector<Trial>& history;
  std::uint64_t seed = 0;
  Candidates all = {};
  std::vector<AxisMetric> metric = {};
  std::set<Row> tried = {};
  Lessons lessons = {};
  Feasibility feasibility = {};
  RestartCost cost = {};
  std::vector<std::vector<char>> banned = {};  ///< by axis and value: broken by itself
  std::vector<Choices> ruled_out = {};         ///< by what failures have taught
  Rng rng{0};

  bool open(std::span<const ValueIndex> row) const {
    for (std::size_t axis = 0; axis < row.size(); ++axis) {
      if (banned[axis][row[axis]] != 0) return false;
    }
    const auto chosen = [&](const auto& choice) { return row[choice.first] == choice.second; };
    if (std::ranges::any_of(ruled_out, [&](const Choices& part) { return std::ranges::all_of(part, chosen); })) return false;
    return !tried.contains(Row(row.begin(), row.end()));
  }
};

bool counts_as_tried(const Trial& trial) {
  if (trial.failure) return trial.failure->kind != FailureKind::interrupted;
  return trial.verdict || !trial.visits.empty();
}

/// Values that were broken as the only change.
std::vector<std::vector<char>> banned_values(const SearchSpace& space, const Candidates& all, const std::vector<Trial>& history) {
  std::vector<std::vector<char>> banned;
  for (const Axis& axis : all.axes) {
    banned.emplace_back();
    for (const Value& value : axis.values) {
      const auto usual = space.baseline.values.find(axis.parameter);
      const bool baseline = usual != space.baseline.values.end() && usual->second == value;
      const bool bad = !baseline && contains_known_bad(Config{{{axis.parameter, value}}}, history, space.allow_lossy);
      banned.back().push_back(bad ? 1 : 0);
    }
  }
  return banned;
}

/// The parts of the learned rules.
std::vector<Choices> ruled_out_by(const std::vector<LearnedRule>& rules, const Candidates& all) {
  std::vector<Choices> parts;
  for (const LearnedRule& rule : rules) {
    parts.emplace_back();
    for (const auto& [name, value] : rule.part.values) {
      const auto axis = std::ranges::find(all.axes, name, &Axis::parameter);
      const auto place = std::ranges::find(axis->values, value);
      parts.back().emplace_back(axis - all.axes.begin(), static_cast<ValueIndex>(place - axis->values.begin()));
    }
  }
  return parts;
}

Situation situation(const SearchSpace& space, const std::vector<Trial>& history, std::uint64_t seed) {
  Situation now{.space = space, .history = history, .seed = seed, .all = candidates(space, seed)};
  now.metric = metric_of(now.all);
  for (const Trial& trial : history) {
    if (!counts_as_tried(trial)) continue;
    if (auto row = row_of(now.all, canonical(space, merged(space.baseline, trial.config)))) now.tried.insert(std::move(*row));
  }
  now.banned = banned_values(space, now.all, history);
  now.ruled_out = ruled_out_by(learned_rules(space, history), now.all);
  now.lessons = lessons_of(space, now.all, history);
  now.feasibility = feasibility_of(now.all, now.lessons.outcomes);
  now.cost = restart_cost_of(space, now.all, history);
  now.rng = Rng(derived_seed(seed, "search/model " + std::to_string(history.size())));
  return now;
}

/// Open candidates, at most so many, drawn without order.
std::vector<ValueIndex> pool_of(Situation& now, std::size_t most) {
  std::vector<std::size_t> places(now.all.size);
  std::iota(places.begin(), places.end(), std::size_t{0});
  std::vector<ValueIndex> pool;
  const std::size_t width = now.all.axes.size();
  for (std::size_t i = 0; i < places.size() && pool.size() < most * width; ++i) {
    std::swap(places[i], places[i + now.rng.below(places.size() - i)]);
    const auto row = now.all.row(places[i]);
    if (now.open(row)) pool.insert(pool.end(), row.begin(), row.end());
  }
  return pool;
}

Row row_at(const std::vector<ValueIndex>& rows, std::size_t place, std::size_t width) {
  const auto begin = rows.begin() + static_cast<std::ptrdiff_t>(place * width);
  return {begin, begin + static_cast<std::ptrdiff_t>(width)};
}

/// Of some candidates that should work the one farthest from all that was tried; of others the likeliest to work.
std::optional<Row> farthest(Situation& now) {
  const std::size_t width = now.all.axes.size();
  const std::vector<ValueIndex> pool = pool_of(now, spread_among);
  std::optional<Row> best;
  double best_worth = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i * width < pool.size(); ++i) {
    Row row = row_at(pool, i, width);
    double nearest = std::numeric_limits<double>::infinity();
    for (const Row& other : now.tried) nearest = std::min(nearest, distance(now.metric, row, other));
    // Before anything has failed large sizes are as good as others: in most spaces nothing fails.
    const double works = now.lessons.failures == 0 ? 1 : chance_to_work(now.feasibility, row);
    const double worth = works < spread_works_least ? works - 1 : nearest;
    if (worth <= best_worth) continue;
    best_worth = worth;
    best = std::move(row);
  }
  return best;
}

double normal_density(double z) { return std::exp(-0.5 * z * z) / std::sqrt(2 * std::numbers::pi); }
double normal_below(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }

/// log(phi(z) + z Phi(z)), also far below 0 (Ament et al., Unexpected improvements to expected improvement, 2023).
double log_improvement(double z) {
  if (z > -5) return std::log(normal_density(z) + z * normal_below(z));
  return -0.5 * z * z - 0.5 * std::log(2 * std::numbers::pi) - 2 * std::log(-z);
}

bool is_member(const Candidates& all, const Row& row) {
  for (std::size_t i = 0; i < all.size; ++i) {
    if (std::ranges::equal(all.row(i), row)) return true;
  }
  return false;
}

/// Open rows that differ from `row` in one axis.
std::vector<ValueIndex> beside(const Situation& now, const Row& row) {
  const std::size_t width = row.size();
  std::vector<ValueIndex> found;
  const auto add = [&](std::span<const ValueIndex> other) {
    if (now.open(other)) found.insert(found.end(), other.begin(), other.end());
  };
  if (!now.space.rows.empty()) {
    for (std::size_t i = 0; i < now.all.size; ++i) {
      const auto other = now.all.row(i);
      std::size_t different = 0;
      for (std::size_t axis = 0; axis < width && different < 2; ++axis) different += other[axis] != row[axis] ? 1 : 0;
      if (different == 1) add(other);
    }
    return found;
  }
  const std::vector<ValueIndex> valid = neighbours(now.space, now.all, row);
  for (std::size_t i = 0; i * width < valid.size(); ++i) add(row_at(valid, i, width));
  return found;
}

/// Tried and worked, the fastest first.
std::vector<Row> best_rows(const Situation& now, std::size_t most) {
  const Observations& seen = now.lessons.speeds;
  std::vector<std::size_t> order(seen.values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return seen.values[a] > seen.values[b]; });
  std::vector<Row> rows;
  for (std::size_t i = 0; i < std::min(most, order.size()); ++i)
    rows.emplace_back(seen.row(order[i]).begin(), seen.row(order[i]).end());
  return rows;
}

/// Logarithm of the expected improvement of each row; with `deviation_after` (see predicted) of what it is at the most.
std::vector<double> log_expected_improvement(const GaussianProcess& speed, double best, const std::vector<ValueIndex>& rows,
                                             std::size_t deviation_after = std::numeric_limits<std::size_t>::max()) {
  const Prediction prediction = predicted(speed, rows, deviation_after);
  std::vector<double> worth;
  worth.reserve(prediction.mean.size());
  for (std::size_t i = 0; i < prediction.mean.size(); ++i)
    worth.push_back(std::log(prediction.deviation[i]) + log_improvement((prediction.mean[i] - best) / prediction.deviation[i]));
  return worth;
}

/// What is taken off the logarithm of each row's worth: its cost, and the doubt that it works, as long as something has failed
/// (chosen by replay, tests/benchmarks/tables.md).
std::vector<double> set_backs(const Situation& now, const std::vector<ValueIndex>& rows) {
  constexpr double caution = 3;
  constexpr double probable = 0.85;
  constexpr double behind = 20;  ///< everything that is probable, but not out: it may be all there is
  const std::size_t width = now.all.axes.size();
  std::vector<double> logs;
  for (std::size_t i = 0; i * width < rows.size(); ++i) {
    const std::span<const ValueIndex> row(rows.data() + i * width, width);
    logs.push_back(-now.cost.log_cost(row));
    if (now.lessons.failures == 0) continue;
    const double works = std::max(chance_to_work(now.feasibility, row), 1e-4);
    logs.back() += caution * std::log(works) - (works < probable ? behind : 0);
  }
  return logs;
}

/// The rows with the most worth.
std::vector<ValueIndex> top_rows(const std::vector<ValueIndex>& rows, const std::vector<double>& worth, std::size_t width,
                                 std::size_t most) {
  std::vector<std::size_t> order(worth.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto end = order.begin() + static_cast<std::ptrdiff_t>(std::min(most, order.size()));
  std::partial_sort(order.begin(), end, order.end(), [&](std::size_t a, std::size_t b) { return worth[a] > worth[b]; });
  std::vector<ValueIndex> top;
  for (auto place = order.begin(); place != end; ++place) {
    const Row row = row_at(rows, *place, width);
    top.insert(top.end(), row.begin(), row.end());
  }
  return top;
}

/// Candidates worth a look: a sample of all, what is next to the best, and what the running server may serve.
std::vector<ValueIndex> looked_at(Situation& now) {
  const bool many = now.lessons.speeds.values.size() > many_speeds;
  std::vector<ValueIndex> rows = pool_of(now, many ? pool_most / 2 : pool_most);
  std::vector<Row> places = best_rows(now, best_looked_beside);
  if (now.cost.running && now.cost.log_restart > 0) places.push_back(*now.cost.running);
  for (const Row& row : places) {
    const auto near = beside(now, row);
    rows.insert(rows.end(), near.begin(), near.end());
  }
  return rows;
}

std::optional<Row> by_surrogate(Situation& now) {
  const std::size_t width = now.all.axes.size();
  const Observations& seen = now.lessons.speeds;
  std::vector<ValueIndex> rows = looked_at(now);
  if (rows.empty()) return std::nullopt;
  const auto speeds = fitted(now.metric, seen, seen.values.size() <= few_speeds ? parameter_samples : 1, now.rng);
  const double best = *std::ranges::max_element(seen.values);
  const bool many = seen.values.size() > many_speeds;
  std::vector<double> worth = many ? log_expected_improvement(speeds.front(), best, rows, many_speeds / 2)
                                   : log_expected_improvement(speeds.front(), best, rows);
  const std::vector<double> all_set_back = set_backs(now, rows);
  for (std::size_t i = 0; i < worth.size(); ++i) worth[i] += all_set_back[i];
  rows = top_rows(rows, worth, width, averaged_over);

  std::vector<double> improvement(rows.size() / width, 0.0);
  for (const GaussianProcess& speed : speeds) {
    const auto logs = log_expected_improvement(speed, best, rows);
    for (std::size_t i = 0; i < improvement.size(); ++i) improvement[i] += std::exp(std::max(logs[i], -600.0));
  }
  const std::vector<double> set_back = set_backs(now, rows);
  std::size_t top = 0;
  const auto value = [&](std::size_t i) { return std::log(improvement[i] + 1e-280) + set_back[i]; };
  for (std::size_t i = 1; i < improvement.size(); ++i) {
    if (value(i) > value(top)) top = i;
  }
  return row_at(rows, top, width);
}

/// Of the values that may change the output (lossy, unverified) one that was not tried by itself: the gate judges it before
/// it is part of anything else.
std::optional<Row> untried_risk(const Situation& now) {
  for (const Parameter& parameter : now.space.parameters) {
    if (parameter.effect != Effect::lossy && parameter.effect != Effect::unverified) continue;
    const auto axis = std::ranges::find(now.all.axes, parameter.name, &Axis::parameter);
    if (axis == now.all.axes.end()) continue;
    for (const Value& value : axis->values) {
      const Config config = merged(now.space.baseline, Config{{{parameter.name, value}}});
      if (canonical(now.space, config) != config || refusal(now.space, config)) continue;
      auto row = row_of(now.all, config);
      if (row && now.open(*row)) return row;
    }
  }
  return std::nullopt;
}

/// The best of other machines; never more than a few of them.
std::optional<Row> untried_winner(const Situation& now) {
  for (std::size_t i = 0; i < std::min(winners_most, now.space.winners.size()); ++i) {
    const Config config = canonical(now.space, merged(now.space.baseline, now.space.winners[i]));
    auto row = row_of(now.all, config);
    const bool listed = now.space.rows.empty() ? !refusal(now.space, config) : row && is_member(now.all, *row);
    if (row && listed && now.open(*row)) return row;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Config> propose_gaussian_process(const SearchSpace& space, const std::vector<Trial>& history, std::uint64_t seed) {
  Situation now = situation(space, history, seed);
  if (!now.tried.contains(now.all.baseline)) return space.baseline;
  std::optional<Row> next = untried_risk(now);
  if (!next) next = untried_winner(now);
  const bool taught = now.tried.size() >= first_spread && now.lessons.speeds.values.size() >= least_speeds;
  if (!next && taught) next = by_surrogate(now);
  if (!next) next = farthest(now);
  if (!next) return std::nullopt;
  return config_of(space, now.all, *next);
}

}  // namespace sweetspot
