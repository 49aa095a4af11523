#include "core/statistics.hpp"

#include "core/rng.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace sweetspot;

namespace {

constexpr int simulations = 4000;
constexpr int blocks_max = 24;

/// Share of simulated studies in which, at any look after 2 to 24 blocks, `wrong` says so.
template <typename Wrong>
double share_ever_wrong(double true_mean, Wrong wrong) {
  Rng rng(20260101);
  int studies = 0;
  for (int i = 0; i < simulations; ++i) {
    std::vector<double> blocks;
    bool ever = false;
    while (blocks.size() < blocks_max && !ever) {
      blocks.push_back(true_mean + 0.02 * rng.normal());
      ever = wrong(decide(blocks));
    }
    studies += ever ? 1 : 0;
  }
  return static_cast<double>(studies) / simulations;
}

}  // namespace

TEST_SUITE("core/statistics") {
  TEST_CASE("summaries of known values") {
    CHECK(mean({1, 2, 6}) == 3);
    CHECK(sample_deviation({2, 4, 4, 4, 5, 5, 7, 9}) == doctest::Approx(2.13809));
    CHECK(median({3, 1, 2}) == 2);
    CHECK(median({4, 1, 2, 3}) == 2.5);
    CHECK(quantile({0, 10, 20, 30, 40}, 0.95) == doctest::Approx(38));
    CHECK(geometric_mean({1, 4, 16}) == doctest::Approx(4));
  }

  TEST_CASE("no values give no number, one value no deviation") {
    CHECK(std::isnan(mean({})));
    CHECK(std::isnan(median({})));
    CHECK(std::isnan(geometric_mean({})));
    CHECK(sample_deviation({5}) == 0);
    CHECK(quantile({5}, 0.95) == 5);
  }

  TEST_CASE("evidence cannot exceed what n blocks can show") {
    CHECK(e_value(3, 1, 0, 0) == doctest::Approx(4));
    CHECK(e_value(4, 1, 1e-200, 0) == doctest::Approx(std::pow(5, 1.5)));
    CHECK(e_value(5, 1, 0, 0) == doctest::Approx(36));
    CHECK(e_value(1, 1, 0, 0) == 1);
    CHECK(e_value(6, 0, 0, 0) < 1);
    CHECK(e_value(6, std::nan(""), 0.02, 0) == 1);
    CHECK(e_value(6, 0.05, std::nan(""), 0) == 1);
    CHECK_FALSE(decide({0.1, std::nan(""), 0.1, 0.1, 0.1, 0.1}).different);
  }

  TEST_CASE("quantiles of Student's t are those of the tables") {
    CHECK(t_quantile(1, 0.05) == doctest::Approx(12.7062).epsilon(1e-5));
    CHECK(t_quantile(2, 0.05) == doctest::Approx(4.30265).epsilon(1e-5));
    CHECK(t_quantile(5, 0.01) == doctest::Approx(4.03214).epsilon(1e-5));
    CHECK(t_quantile(10, 0.05) == doctest::Approx(2.22814).epsilon(1e-5));
    CHECK(t_quantile(1000, 0.05) == doctest::Approx(1.96234).epsilon(1e-5));
    CHECK(std::isinf(t_quantile(0, 0.05)));
  }

  TEST_CASE("the interval ends where the evidence reaches the threshold") {
    const Interval interval = confidence_sequence(8, 0.05, 0.02);
    CHECK(e_value(8, 0.05, 0.02, interval.low) == doctest::Approx(20));
    CHECK(e_value(8, 0.05, 0.02, interval.high) == doctest::Approx(20));
    CHECK(e_value(8, detectable(8, 0.02), 0.02, 0) == doctest::Approx(20));
  }

  TEST_CASE("too few blocks exclude nothing, and without deviation the interval is a point") {
    const Interval open = confidence_sequence(4, 0.05, 0.02);
    CHECK(std::isinf(open.low));
    CHECK(std::isinf(open.high));
    CHECK(std::isinf(detectable(4, 0.02)));
    CHECK(std::isinf(decide({}).interval.high));
    CHECK_FALSE(decide({0.5, 0.5}).different);
    const std::vector<double> small(6, 0.009);
    CHECK(decide(small).e > 20);
    CHECK_FALSE(decide(small).different);  // below one percent nothing is claimed
    const std::vector<double> larger(9, 0.03);
    CHECK(decide(larger, 0.08).different);
    CHECK_FALSE(decide(larger, 0.1).different);  // a tenth over three is more than 0.03
    const ConfirmDecision steady = decide({0.1, 0.1, 0.1, 0.1, 0.1, 0.1});
    CHECK(steady.different);
    CHECK(steady.interval.low == doctest::Approx(0.1));
  }

  TEST_CASE("of comparisons of a configuration with itself at most 5 % ever show a difference") {
    CHECK(share_ever_wrong(0, [](const ConfirmDecision& decision) { return decision.different; }) <= 0.05);
  }

  TEST_CASE("the interval covers the truth in at least 95 % whenever one stops") {
    const double truth = 0.03;
    const auto missed = [&](const ConfirmDecision& decision) {
      return truth < decision.interval.low || truth > decision.interval.high;
    };
    CHECK(share_ever_wrong(truth, missed) <= 0.05);
  }

  TEST_CASE("a difference of three deviations is found in nearly every study") {
    CHECK(share_ever_wrong(0.06, [](const ConfirmDecision& decision) { return decision.different; }) > 0.99);
  }

  TEST_CASE("of means that are heard of only above a line the corrected ones are right on average") {
    const double truth = 0.05;
    const double line = 0.10;
    const double deviation = 0.15;
    Rng rng(5);
    std::vector<double> seen;
    std::vector<double> corrected;
    while (seen.size() < 2000) {
      const double own = truth + deviation / 5 * rng.normal();
      if (own < line) continue;
      seen.push_back(own);
      corrected.push_back(std::max(0.0, mean_when_chosen(25, own, deviation, line)));
    }
    CHECK(mean(seen) > truth + 0.05);
    CHECK(std::abs(mean(corrected) - truth) < 0.02);
  }

  TEST_CASE("a mean far above the line, below it, or without deviation stays as it is") {
    CHECK(mean_when_chosen(24, 0.5, 0.1, 0.05) == doctest::Approx(0.5));
    CHECK(mean_when_chosen(24, 0.04, 0.1, 0.05) == 0.04);
    CHECK(mean_when_chosen(24, 0.06, 0, 0.05) == 0.06);
  }
}
