#include "run/soak.hpp"

#include "support/fake_study.hpp"

#include <doctest/doctest.h>

using namespace sweetspot;
using namespace sweetspot::testing;

namespace {

Trial with_scores(const std::vector<double>& scores) {
  Trial trial;
  for (const double score : scores) {
    trial.visits.emplace_back();
    trial.visits.back().at_s = 60.0 * static_cast<double>(trial.visits.size());
    trial.visits.back().measurement.score_s = score;
  }
  return trial;
}

/// A machine that gets 10 % slower with each of its first visits.
struct WarmingRunner final : TrialRunner {
  int warming = 0;
  int visits = 0;
  int cooled = 0;
  double clock = 0;

  VisitOutcome visit(const VisitOrder& order) override {
    clock += 10;
    ++visits;
    VisitOutcome outcome;
    outcome.visit.emplace();
    outcome.visit->phase = order.phase;
    outcome.visit->duration_s = 9;
    outcome.visit->measurement.score_s = std::pow(1.1, std::min(visits, warming));
    return outcome;
  }
  void cool_down() override { ++cooled; }
};

int visits_of_soak(WarmingRunner& runner, double budget_s, Pace pace = Pace::sustained) {
  Study study;
  StudySettings settings;
  settings.goal = find_goal("decode");
  settings.budget_s = budget_s;
  settings.pace = pace;
  Silent silent;
  const StudyClock clock = [&] { return runner.clock; };
  StudySession session{study, settings, runner, silent, clock};
  session.visit(session.trial(study.baseline), Phase::search, std::nullopt);
  soak(session);
  return runner.visits - 1;
}

}  // namespace

TEST_SUITE("run/soak") {
  TEST_CASE("a default that gets slower by more than a hundredth a minute is still warming up") {
    CHECK(still_warming(with_scores({10})));
    CHECK(still_warming(with_scores({10, 10.2})));
    CHECK_FALSE(still_warming(with_scores({10, 10.05})));
    CHECK_FALSE(still_warming(with_scores({10, 11, 10.9})));
  }

  TEST_CASE("the default is visited until it no longer gets slower, or a twentieth of the budget is spent") {
    WarmingRunner steady;
    CHECK(visits_of_soak(steady, 2000) == 1);
    WarmingRunner warming;
    warming.warming = 3;
    CHECK(visits_of_soak(warming, 2000) == 3);
    WarmingRunner long_warming;
    long_warming.warming = 100;
    CHECK(visits_of_soak(long_warming, 10000) == 4);
    WarmingRunner short_of_time;
    short_of_time.warming = 100;
    CHECK(visits_of_soak(short_of_time, 450) == 2);
  }

  TEST_CASE("in bursts the machine cools down before each visit, else never") {
    WarmingRunner burst;
    visits_of_soak(burst, 2000, Pace::burst);
    CHECK(burst.cooled == burst.visits);
    WarmingRunner sustained;
    visits_of_soak(sustained, 2000);
    CHECK(sustained.cooled == 0);
  }
}
