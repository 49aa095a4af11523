#include "search/gaussian_process.hpp"

#include "core/rng.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

using namespace sweetspot;

namespace {

/// Four parameters of five numbers each, and a word of three.
Candidates grid() {
  SearchSpace space;
  for (const std::string name : {"a", "b", "c", "d"}) {
    Axis axis{.parameter = name, .values = {}};
    for (std::int64_t v = 1; v <= 16; v *= 2) axis.values.emplace_back(v);
    space.axes.push_back(axis);
    space.baseline.values[name] = std::int64_t{1};
  }
  space.axes.push_back({"word", {std::string("x"), std::string("y"), std::string("z")}});
  space.baseline.values["word"] = std::string("x");
  return candidates(space, 1);
}

/// Two effects, one interaction, and nothing of c and d.
double truth(std::span<const ValueIndex> row) {
  return std::sin(row[0]) + 0.3 * row[1] * (row[4] == 1 ? 1 : -1) - (row[4] == 2 ? 0.5 : 0);
}

Observations observed(const Candidates& all, std::size_t count, double noise) {
  Observations seen{.width = all.axes.size(), .rows = {}, .values = {}};
  Rng rng(3);
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto row = all.row(rng.below(all.size));
    seen.rows.insert(seen.rows.end(), row.begin(), row.end());
    seen.values.push_back(truth(row) + noise * rng.normal());
    sum += seen.values.back();
  }
  for (double& value : seen.values) value -= sum / static_cast<double>(count);
  return seen;
}

double correlation(const std::vector<double>& x, const std::vector<double>& y) {
  const auto n = static_cast<double>(x.size());
  double mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    mx += x[i] / n;
    my += y[i] / n;
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mx) * (x[i] - mx);
    yy += (y[i] - my) * (y[i] - my);
    xy += (x[i] - mx) * (y[i] - my);
  }
  return xy / std::sqrt(xx * yy);
}

}  // namespace

TEST_SUITE("search/gaussian_process") {
  TEST_CASE("numbers are apart by their order, words are the same or not") {
    const auto metric = metric_of(grid());
    CHECK(metric[0].between(0, 4) == 1.0);
    CHECK(metric[0].between(1, 2) == doctest::Approx(0.25));
    CHECK(metric[4].between(0, 1) == 1.0);
    CHECK(metric[4].between(1, 2) == 1.0);
    CHECK(metric[4].between(2, 2) == 0.0);
  }

  TEST_CASE("two sizes have a metric of their product: 2 x 8 and 4 x 4 are the same in it, words and narrow ranges have none") {
    const auto metric = metric_of(grid());
    REQUIRE(metric.size() == 5 + 6);
    const auto product = std::ranges::find_if(
        metric, [](const AxisMetric& one) { return !one.single() && one.parts[0].axis == 0 && one.parts[1].axis == 1; });
    REQUIRE(product != metric.end());
    const auto level = [&](ValueIndex a, ValueIndex b) { return product->level(std::vector<ValueIndex>{a, b, 0, 0, 0}); };
    CHECK(level(1, 3) == level(2, 2));
    CHECK(product->between(level(0, 0), level(4, 4)) == 1.0);
    CHECK(product->between(level(0, 0), level(1, 0)) == doctest::Approx(0.125));
    SearchSpace narrow;
    for (const std::string name : {"a", "b"}) {
      narrow.axes.push_back({name, {std::int64_t{6}, std::int64_t{7}, std::int64_t{8}}});
      narrow.baseline.values[name] = std::int64_t{6};
    }
    for (const AxisMetric& one : metric_of(candidates(narrow, 1))) CHECK(one.single());
  }

  TEST_CASE("what was not observed is predicted from effects and interactions, and parameters without effect do not matter") {
    const Candidates all = grid();
    const GaussianProcess process = fitted(metric_of(all), observed(all, 80, 0.02), 1, Rng(1)).front();
    std::vector<double> expected;
    expected.reserve(all.size);
    for (std::size_t i = 0; i < all.size; ++i) expected.push_back(truth(all.row(i)));
    CHECK(correlation(predicted(process, all.indices).mean, expected) > 0.95);
    CHECK(process.parameters.log_lengths[2] > process.parameters.log_lengths[0]);
    CHECK(process.parameters.log_lengths[3] > process.parameters.log_lengths[0]);
  }

  TEST_CASE("without noise the observed is met, and there is less doubt about it than about the rest") {
    const Candidates all = grid();
    const Observations seen = observed(all, 60, 0);
    const GaussianProcess process = fitted(metric_of(all), seen, 1, Rng(1)).front();
    const Prediction there = predicted(process, seen.rows);
    const Prediction anywhere = predicted(process, all.indices);
    for (std::size_t i = 0; i < seen.values.size(); ++i)
      CHECK(there.mean[i] == doctest::Approx(seen.values[i]).epsilon(0.2).scale(1));
    CHECK(*std::ranges::max_element(there.deviation) < *std::ranges::max_element(anywhere.deviation));
  }

  TEST_CASE("the deviation after the first observations is one of fewer, the mean is of all") {
    const Candidates all = grid();
    const GaussianProcess process = fitted(metric_of(all), observed(all, 60, 0.1), 1, Rng(1)).front();
    const Prediction whole = predicted(process, all.indices);
    const Prediction part = predicted(process, all.indices, 20);
    CHECK(part.mean == whole.mean);
    CHECK(part.deviation != whole.deviation);
    for (std::size_t i = 0; i < all.size; ++i) CHECK(part.deviation[i] >= whole.deviation[i] - 1e-9);
  }

  TEST_CASE("noise is told from effects") {
    const Candidates all = grid();
    const auto noise_of = [&](double noise) {
      return fitted(metric_of(all), observed(all, 90, noise), 1, Rng(1)).front().parameters.log_noise;
    };
    CHECK(noise_of(0.5) > noise_of(0.01) + 1);
  }

  TEST_CASE("many observations are thinned, the best ones stay") {
    const Candidates all = grid();
    const Observations seen = observed(all, 700, 0.1);
    const GaussianProcess process = fitted(metric_of(all), seen, 1, Rng(1)).front();
    CHECK(process.observations.values.size() < seen.values.size());
    const double best = *std::ranges::max_element(seen.values);
    CHECK(std::ranges::find(process.observations.values, best) != process.observations.values.end());
  }
}
