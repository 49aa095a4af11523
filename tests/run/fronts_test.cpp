#include "run/fronts.hpp"

#include "support/fake_study.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

using namespace sweetspot;
using namespace sweetspot::testing;

namespace {

Trial tried(const std::string& id, Outcome outcome, double seconds, std::int64_t bytes) {
  return judged(id, Config{{{"a", id}}}, outcome, seconds, bytes);
}

/// The first one is the default.
Study fronts_of(const std::vector<Trial>& trials) {
  Study study;
  study.trials = trials;
  study.baseline = trials.front().config;
  add_fronts(study);
  return study;
}

using Ids = std::vector<std::string>;

Trial original() { return tried("F16", Outcome::pass, 10, 200); }

}  // namespace

TEST_SUITE("run/fronts") {
  TEST_CASE("a faster and smaller file takes the default from the front only where its divergence is not measured") {
    const Trial smaller = tried("Q8_0", Outcome::tie, 8, 100);
    CHECK(fronts_of({original(), smaller}).pareto == Ids{"Q8_0"});
    CHECK(fronts_of({original(), graded(smaller, 0.0004)}).pareto == Ids{"F16", "Q8_0"});
  }

  TEST_CASE("lossy ones have a front of their own: what diverges more must be faster or smaller") {
    const Study study =
        fronts_of({original(), graded(tried("Q5", Outcome::lossy, 8, 120), 0.005),
                   graded(tried("Q4", Outcome::lossy, 6, 100), 0.02), graded(tried("poor", Outcome::lossy, 9, 120), 0.03)});
    CHECK(study.pareto == Ids{"F16"});
    CHECK(study.pareto_lossy == Ids{"Q5", "Q4"});
  }

  TEST_CASE("memory that is not known beats nothing") {
    Trial unknown = tried("unknown", Outcome::pass, 9, 0);
    unknown.visits[0].measurement.memory_bytes_peak.reset();
    CHECK(fronts_of({original(), unknown}).pareto == Ids{"F16", "unknown"});
  }

  TEST_CASE("what is not as required, or beyond the limit, is on no front") {
    Trial unmet = tried("unmet", Outcome::pass, 5, 100);
    unmet.unmet = "memory_bytes_peak<1: it is 100";
    Trial beyond = graded(tried("beyond", Outcome::lossy, 5, 100), 0.05);
    beyond.verdict->beyond_limit = true;
    const Study study = fronts_of({original(), unmet, beyond});
    CHECK(study.pareto == Ids{"F16"});
    CHECK(study.pareto_lossy.empty());
  }

  TEST_CASE("the launch for the depths, which few have, counts for no memory") {
    Trial deep = tried("deep", Outcome::pass, 8, 100);
    deep.visits.push_back(deep.visits[0]);
    deep.visits[1].phase = Phase::depth;
    deep.visits[1].measurement.memory_bytes_peak = 900;
    deep.measurement->memory_bytes_peak = 900;
    CHECK(fronts_of({original(), deep}).pareto == Ids{"deep"});
  }

  TEST_CASE("on a machine that becomes hot the speeds are those against the default of the time") {
    Trial hot = tried("F16", Outcome::pass, 10, 200);
    hot.visits.clear();
    for (const double seconds : {10.0, 10.4, 10.7, 11.1, 11.4, 11.6}) {
      hot.visits.push_back(original().visits[0]);
      hot.visits.back().at_s = 100.0 * static_cast<double>(hot.visits.size() - 1);
      hot.visits.back().measurement.score_s = seconds;
    }
    Trial early = tried("early", Outcome::pass, 10.6, 200);
    early.visits[0].at_s = 0;
    CHECK(fronts_of({hot, early}).pareto == Ids{"F16"});  // by its seconds alone it would be faster than the default's mean
  }
}
