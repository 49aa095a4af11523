#include "run/study_loop.hpp"

#include "run/confirm.hpp"
#include "run/ranking.hpp"
#include "run/session.hpp"
#include "support/fake_study.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

using namespace sweetspot;
using namespace sweetspot::testing;

TEST_SUITE("run/study_failures") {
  TEST_CASE("a crash is data and the study goes on") {
    Fixture fixture;
    fixture.runner.failures[Fixture::name(2, 0)] = FailureKind::crashed;
    fixture.runner.seconds[Fixture::name(0, 1)] = 6;
    fixture.run();
    CHECK(fixture.study.recommendation.kind == RecommendationKind::improvement);
  }

  TEST_CASE("what fails together wherever it is tried, and works apart, is told once") {
    Fixture fixture;
    fixture.space.parameters.push_back(fixture.space.parameters.front());
    fixture.space.parameters.back().name = "c";
    fixture.space.axes.push_back({"c", {std::int64_t{0}, std::int64_t{1}}});
    fixture.study.baseline.values["c"] = fixture.space.baseline.values["c"] = std::int64_t{0};
    for (const auto& [name, seconds] : std::map(fixture.runner.seconds)) {
      Config config = config_from_key(name);
      config.values["c"] = std::int64_t{1};
      fixture.runner.seconds[key(config)] = seconds;
    }
    fixture.runner.failures = {{"a=1,b=1", FailureKind::crashed}, {"a=1,b=1,c=1", FailureKind::crashed}};
    fixture.run();
    CHECK(std::ranges::count(fixture.silent.notes, "learned: a=1 b=1 does not run (2 times crashed: scripted)") == 1);
    CHECK(std::ranges::count_if(fixture.silent.notes, [](const std::string& note) { return note.starts_with("learned"); }) == 1);
  }

  TEST_CASE("a broken default is unsound") {
    Fixture fixture;
    fixture.runner.outcomes[""] = Outcome::broken;
    fixture.run();
    CHECK(fixture.study.recommendation.kind == RecommendationKind::unsound);
    CHECK(fixture.study.trials.size() == 1);
  }

  TEST_CASE("one launch of the default that fails by accident is made again, and the study says so") {
    Fixture fixture;
    fixture.runner.seconds[Fixture::name(1, 2)] = 7;
    fixture.runner.accidents[""] = {4};
    fixture.run();
    CHECK(fixture.study.recommendation.kind == RecommendationKind::improvement);
    CHECK_FALSE(find_trial(fixture.study, fixture.study.baseline)->failure);
    const auto told = [](const std::string& note) { return note.find("is tried once more") != std::string::npos; };
    CHECK(std::count_if(fixture.silent.notes.begin(), fixture.silent.notes.end(), told) == 1);
  }

  TEST_CASE("a default that fails twice in a row, or again soon after, ends the study, and nothing more is launched") {
    for (const auto& [failing, last] : {std::pair<std::set<int>, int>{{3, 4}, 4}, {{3, 5}, 5}, {{2, 3}, 3}}) {
      CAPTURE(last);
      Fixture fixture;
      fixture.runner.accidents[""] = failing;
      fixture.run();
      CHECK(fixture.study.recommendation.kind == RecommendationKind::unsound);
      CHECK(fixture.runner.visits_of[""] == last);
      CHECK(fixture.runner.clock < 100);
      if (last == 3) CHECK(fixture.study.trials.size() == 1);  // before anything else was tried
    }
  }

  TEST_CASE("a candidate without a score while it is confirmed ends its confirm instead of going on for ever") {
    Fixture fixture;
    fixture.runner.seconds[Fixture::name(1, 2)] = 7;
    fixture.runner.unscored = {Fixture::name(1, 2)};
    fixture.run();
    CHECK(fixture.study.recommendation.kind == RecommendationKind::keep_default);
    StudySession session{fixture.study, fixture.settings, fixture.runner, fixture.silent, [] { return 0.0; }};
    const int before = fixture.runner.visits;
    confirm(session, fixture.config_of(1, 2), Until::once, 1e9);
    CHECK(fixture.runner.visits - before <= 4);
    CHECK(fixture.silent.notes.back().find("has no score") != std::string::npos);
  }

  TEST_CASE("a default without a score is said to be so, not that nothing passed") {
    Fixture fixture;
    fixture.settings.goal = find_goal("agent");
    fixture.runner.no_scores = true;
    fixture.run();
    CHECK(fixture.study.recommendation.kind == RecommendationKind::unsound);
    CHECK(fixture.study.recommendation.reason.find("the default has no score: no prompt class of goal agent") == 0);
  }
}
