#include "run/conclude.hpp"

#include "support/fake_study.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace sweetspot;
using namespace sweetspot::testing;

namespace {

Trial tried(const std::string& id, int a, Outcome outcome, double seconds, std::int64_t bytes) {
  Trial trial;
  trial.id = id;
  trial.config.values = {{"a", std::int64_t{a}}, {"b", std::int64_t{0}}};
  trial.verdict = Verdict{};
  trial.verdict->outcome = outcome;
  trial.measurement = Measurement{};
  trial.measurement->score_s = seconds;
  trial.measurement->memory_bytes_peak = bytes;
  trial.visits.emplace_back();
  trial.visits.back().measurement = *trial.measurement;
  return trial;
}

Trial graded(Trial trial, double kld) {
  trial.verdict->quality = Quality{.positions = 256, .mean_kld = kld, .texts = {}};
  return trial;
}

using Ids = std::vector<std::string>;

}  // namespace

TEST_SUITE("run/conclude") {
  TEST_CASE("a faster and smaller file takes the default from the front only where its divergence is not measured") {
    Fixture fixture;
    const Trial original = tried("F16", 0, Outcome::pass, 10, 200);
    const Trial smaller = tried("Q8_0", 1, Outcome::tie, 8, 100);
    fixture.study.trials = {original, smaller};
    fixture.conclude_study();
    CHECK(fixture.study.pareto == Ids{"Q8_0"});
    fixture.study.trials = {original, graded(smaller, 0.0004)};
    fixture.conclude_study();
    CHECK(fixture.study.pareto == Ids{"F16", "Q8_0"});
  }

  TEST_CASE("lossy ones have a front of their own: what diverges more must be faster or smaller") {
    Fixture fixture;
    fixture.settings.allow_lossy = AllowLossy::yes;
    fixture.study.trials = {tried("F16", 0, Outcome::pass, 10, 200), graded(tried("Q5", 1, Outcome::lossy, 8, 120), 0.005),
                            graded(tried("Q4", 2, Outcome::lossy, 6, 100), 0.02),
                            graded(tried("poor", 3, Outcome::lossy, 9, 120), 0.03)};
    fixture.conclude_study();
    CHECK(fixture.study.pareto == Ids{"F16"});
    CHECK(fixture.study.pareto_lossy == Ids{"Q5", "Q4"});
    CHECK(fixture.study.rejected.empty());
  }

  TEST_CASE("a lossy one beyond the limit is among the rejected even where lossy ones are taken") {
    Fixture fixture;
    fixture.settings.allow_lossy = AllowLossy::yes;
    Trial within = graded(tried("Q5", 1, Outcome::lossy, 8, 120), 0.005);
    Trial beyond = graded(tried("Q4", 2, Outcome::lossy, 6, 100), 0.02);
    beyond.verdict->beyond_limit = true;
    fixture.study.trials = {tried("F16", 0, Outcome::pass, 10, 200), within, beyond};
    fixture.conclude_study();
    REQUIRE(fixture.study.rejected.size() == 1);
    CHECK(fixture.study.rejected[0].config == beyond.config);
    fixture.settings.allow_lossy = AllowLossy::no;
    fixture.conclude_study();
    CHECK(fixture.study.rejected.size() == 2);
  }
}
