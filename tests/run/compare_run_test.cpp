#include "run/compare_run.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace sweetspot;

namespace {

/// Blocks with this mean, a little apart.
ConfirmDecision after(int blocks, double mean) {
  std::vector<double> logs;
  for (int i = 0; i < blocks; ++i) logs.push_back(mean + 0.0001 * i);
  return decide(logs);
}

}  // namespace

TEST_SUITE("run/compare_run") {
  TEST_CASE("no difference is claimed from fewer blocks than any claim needs") {
    REQUIRE(after(5, 0.2).different);
    CHECK_FALSE(claimed(after(5, 0.2)).different);
    CHECK(claimed(after(6, 0.2)).different);
    CHECK(claimed(after(6, -0.2)).different);
  }

  TEST_CASE("a difference below one percent is none, however sure") {
    REQUIRE(after(12, 0.004).e > 20);
    CHECK_FALSE(claimed(after(12, 0.004)).different);
    CHECK_FALSE(claimed(after(12, -0.004)).different);
  }

  TEST_CASE("only a side that ran and was found right, or lossy, is timed") {
    CompareArm arm;
    CHECK_FALSE(usable(arm));
    arm.verdict = Verdict{};
    for (const Outcome outcome : {Outcome::pass, Outcome::tie, Outcome::lossy}) {
      arm.verdict->outcome = outcome;
      CHECK(usable(arm));
    }
    for (const Outcome outcome : {Outcome::broken, Outcome::inconclusive, Outcome::error}) {
      arm.verdict->outcome = outcome;
      CHECK_FALSE(usable(arm));
    }
    arm.verdict->outcome = Outcome::pass;
    arm.failure = Failure{};
    CHECK_FALSE(usable(arm));
  }
}
