#include "search/feasibility.hpp"

#include "search/metric.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <utility>

namespace sweetspot {

namespace {

// Chosen by replay (tests/benchmarks/tables.md). Expected beforehand, as log odds:
constexpr double usual_mean = -2;  ///< one in eight fails
constexpr double usual_deviation = 1.5;
constexpr double octave_mean = 0.6;  ///< of every size
constexpr double octave_deviation = 0.5;
constexpr double value_deviation = 0.5;  ///< of all that is no size
/// What dominance over one that failed, or by one that worked, adds; halved when one other value differs, and so on.
constexpr double dominance = 4;
constexpr int sweeps = 12;  ///< over all shares: they hardly move after that
constexpr double step_most = 1;

/// One number to be learned: how it counts by the value of its axis.
struct Column {
  std::size_t axis = 0;
  std::vector<double> by_value;
  double mean = 0;
  double deviation = 1;
  double weight = 0;
};

/// Above the middle of the axis.
std::vector<double> octaves(const Axis& axis) {
  double least = std::numeric_limits<double>::infinity();
  double most = 0;
  for (const Value& value : axis.values) {
    if (number(value) > 0) least = std::min(least, number(value));
    most = std::max(most, number(value));
  }
  std::vector<double> logs;
  logs.reserve(axis.values.size());
  for (const Value& value : axis.values) logs.push_back(std::log2(std::max(number(value), least) / std::sqrt(least * most)));
  return logs;
}

std::vector<Column> columns_of(const std::vector<Axis>& axes) {
  std::vector<Column> columns;
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    const std::size_t count = axes[axis].values.size();
    if (count < 2) continue;
    if (is_size(axes[axis])) {
      columns.push_back({axis, octaves(axes[axis]), octave_mean, octave_deviation, octave_mean});
      continue;
    }
    for (std::size_t value = 0; value < count; ++value) {
      std::vector<double> only(count, 0.0);
      only[value] = 1;
      columns.push_back({axis, std::move(only), 0, value_deviation, 0});
    }
  }
  return columns;
}

double probability(double log_odds) { return 1 / (1 + std::exp(-log_odds)); }

/// A share, and what it is expected to be.
struct Belief {
  double weight = 0;
  double mean = 0;
  double deviation = 1;
};

/// Newton's step of one share, whose feature is `feature(i)` in outcome i; the log odds follow it.
template <typename Feature>
double step(const Belief& now, const Feature& feature, const Observations& outcomes, std::vector<double>& log_odds) {
  const double precision = 1 / (now.deviation * now.deviation);
  double gradient = (now.mean - now.weight) * precision;
  double curvature = precision;
  for (std::size_t i = 0; i < log_odds.size(); ++i) {
    const double x = feature(i);
    if (x == 0) continue;
    const double fails = probability(log_odds[i]);
    gradient += x * (1 - outcomes.values[i] - fails);
    curvature += x * x * fails * (1 - fails);
  }
  const double change = std::clamp(gradient / curvature, -step_most, step_most);
  for (std::size_t i = 0; i < log_odds.size(); ++i) log_odds[i] += change * feature(i);
  return change;
}

/// Puts the likeliest weights into the columns; returns the usual log odds.
double fit(std::vector<Column>& columns, const Observations& outcomes) {
  double usual = usual_mean;
  std::vector<double> log_odds(outcomes.values.size(), usual);
  const auto feature_of = [&](const Column& column) {
    return [&](std::size_t i) { return column.by_value[outcomes.row(i)[column.axis]]; };
  };
  for (const Column& column : columns) {
    for (std::size_t i = 0; i < log_odds.size(); ++i) log_odds[i] += column.weight * feature_of(column)(i);
  }
  for (int sweep = 0; sweep < sweeps; ++sweep) {
    const auto always = [](std::size_t) { return 1.0; };
    usual += step({usual, usual_mean, usual_deviation}, always, outcomes, log_odds);
    for (Column& column : columns)
      column.weight += step({column.weight, column.mean, column.deviation}, feature_of(column), outcomes, log_odds);
  }
  return usual;
}

/// Of all that is no size how many values differ; nothing when `large` is the smaller one in a size.
std::optional<int> others_apart(const Feasibility& known, std::span<const ValueIndex> large, std::span<const ValueIndex> small) {
  int apart = 0;
  for (std::size_t axis = 0; axis < large.size(); ++axis) {
    const std::vector<double>& magnitude = known.magnitude[axis];
    if (magnitude.empty()) {
      apart += large[axis] != small[axis] ? 1 : 0;
    } else if (magnitude[large[axis]] < magnitude[small[axis]]) {
      return std::nullopt;
    }
  }
  return apart;
}

void add(Observations& to, std::span<const ValueIndex> row) {
  to.rows.insert(to.rows.end(), row.begin(), row.end());
  to.values.push_back(1);
}

}  // namespace

Feasibility feasibility_of(const Candidates& candidates, const Observations& outcomes) {
  Feasibility known;
  known.worked.width = known.failed.width = candidates.axes.size();
  for (std::size_t i = 0; i < outcomes.values.size(); ++i)
    add(outcomes.values[i] > 0 ? known.worked : known.failed, outcomes.row(i));
  for (const Axis& axis : candidates.axes) {
    known.share.emplace_back(axis.values.size(), 0.0);
    known.magnitude.emplace_back();
    if (!is_size(axis)) continue;
    for (const Value& value : axis.values) known.magnitude.back().push_back(number(value));
  }
  std::vector<Column> columns = columns_of(candidates.axes);
  known.usual = fit(columns, outcomes);
  for (const Column& column : columns) {
    std::vector<double>& share = known.share[column.axis];
    for (std::size_t value = 0; value < share.size(); ++value) share[value] += column.weight * column.by_value[value];
  }
  return known;
}

double chance_to_work(const Feasibility& feasibility, std::span<const ValueIndex> row) {
  double log_odds = feasibility.usual;
  for (std::size_t axis = 0; axis < row.size(); ++axis) log_odds += feasibility.share[axis][row[axis]];
  double fails = 0;
  for (std::size_t i = 0; i < feasibility.failed.values.size(); ++i) {
    if (const auto apart = others_apart(feasibility, row, feasibility.failed.row(i)))
      fails = std::max(fails, dominance / (1 + *apart));
  }
  double works = 0;
  for (std::size_t i = 0; i < feasibility.worked.values.size(); ++i) {
    if (const auto apart = others_apart(feasibility, feasibility.worked.row(i), row))
      works = std::max(works, dominance / (1 + *apart));
  }
  return probability(works - fails - log_odds);
}

}  // namespace sweetspot
