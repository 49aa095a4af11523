#include "run/conclude.hpp"

#include "support/fake_study.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace sweetspot;
using namespace sweetspot::testing;

namespace {

Trial tried(const std::string& id, int a, Outcome outcome, double seconds, std::int64_t bytes) {
  return judged(id, Config{{{"a", std::int64_t{a}}, {"b", std::int64_t{0}}}}, outcome, seconds, bytes);
}

/// With six blocks of the confirm against the default, all with this ratio.
void confirmed(Trial& baseline, Trial& trial, double ratio) {
  for (int block = 0; block < 6; ++block) {
    for (Trial* each : {&baseline, &trial}) {
      for (int visit = 0; visit < 2; ++visit) {
        each->visits.push_back(each->visits.front());
        each->visits.back().phase = Phase::confirm;
        each->visits.back().block = block;
        each->visits.back().measurement.score_s = (each == &baseline ? 10 * ratio : 10) * (1 + 0.001 * block * (visit + 1));
      }
    }
  }
  trial.verdict->tier = Tier::standard;
  trial.verdict->fresh = true;
}

}  // namespace

TEST_SUITE("run/conclude") {
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

  TEST_CASE("a candidate that is kept out after its confirm says by what") {
    Fixture fixture;
    Trial original = tried("0001", 0, Outcome::pass, 12, 200);
    Trial faster = tried("0002", 1, Outcome::pass, 10, 200);
    confirmed(original, faster, 1.2);
    fixture.study.trials = {original, faster};
    fixture.conclude_study();
    REQUIRE(fixture.study.recommendation.kind == RecommendationKind::improvement);
    Trial& candidate = fixture.study.trials[1];
    candidate.unmet = "ttft_ms_p95<500: ttft_ms_p95 is 812";
    fixture.conclude_study();
    CHECK(fixture.study.recommendation.reason.find("is not as required: ttft_ms_p95<500") != std::string::npos);
    candidate.unmet.clear();
    candidate.failure = Failure{FailureKind::crashed, "ended by signal 11", ""};
    fixture.conclude_study();
    CHECK(fixture.study.recommendation.reason.find("failed when it was looked at again: ended by signal 11") !=
          std::string::npos);
  }

  TEST_CASE("for goal memory a candidate must take less of it than the default, and say how much less") {
    Fixture fixture;
    fixture.settings.goal = find_goal("memory");
    const auto concluded = [&](std::int64_t bytes) {
      Trial original = tried("0001", 0, Outcome::pass, 10, 2000);
      Trial other = tried("0002", 1, Outcome::pass, 10, bytes);
      confirmed(original, other, 1);
      fixture.study.trials = {original, other};
      fixture.conclude_study();
      return fixture.study.recommendation;
    };
    CHECK(concluded(1500).kind == RecommendationKind::improvement);
    CHECK(concluded(1500).reason.find("25.0 % less memory") != std::string::npos);
    CHECK(concluded(1990).kind == RecommendationKind::keep_default);
    CHECK(concluded(1990).reason.find("saves less memory than --min-gain asks for") != std::string::npos);
  }

  TEST_CASE("for goal memory what passed the gate and saves nothing is told apart from what did not pass") {
    Fixture fixture;
    fixture.settings.goal = find_goal("memory");
    fixture.study.trials = {tried("0001", 0, Outcome::pass, 10, 2000), tried("0002", 1, Outcome::pass, 10, 2000)};
    fixture.conclude_study();
    CHECK(fixture.study.recommendation.reason.find("takes clearly less memory") != std::string::npos);
    fixture.study.trials[1].verdict->outcome = Outcome::broken;
    fixture.conclude_study();
    CHECK(fixture.study.recommendation.reason == "no other configuration passed the gate");
  }
}
