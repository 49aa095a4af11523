#include "run/session.hpp"
#include "run/confirm.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <string>
#include <vector>

using namespace sweetspot;

namespace {

/// Every visit takes ten seconds, and the first ones are disturbed and slow.
struct DisturbedRunner final : TrialRunner {
  int disturbed = 0;
  double clock = 0;
  int failing = -1;  ///< which visit fails, from 1
  int uncut = 1000;  ///< visits before every further one is cut off
  std::vector<VisitOrder> orders;

  VisitOutcome visit(const VisitOrder& order) override {
    orders.push_back(order);
    clock += 10;
    VisitOutcome outcome;
    if (order.gate) outcome.verdict.emplace();
    outcome.cut = static_cast<int>(orders.size()) > uncut;
    if (outcome.cut) return outcome;
    if (static_cast<int>(orders.size()) == failing) {
      outcome.failure = Failure{FailureKind::timed_out, "no answer", ""};
      return outcome;
    }
    outcome.visit.emplace();
    outcome.visit->phase = order.phase;
    outcome.visit->measurement.score_s = 1;
    if (static_cast<int>(orders.size()) > disturbed) return outcome;
    outcome.disturbed = "other programs used 1.0 of 2 cores";
    outcome.visit->measurement.score_s = 3;
    return outcome;
  }
};

struct Listener final : StudyObserver {
  std::vector<std::string> notes;
  void trial_changed(const Study&, const Trial&) override {}
  void visit_added(const Study&, const Trial&, const Visit&) override {}
  void note(const std::string& text) override { notes.push_back(text); }
};

struct Fixture {
  DisturbedRunner runner;
  Study study;
  StudySettings settings;
  Listener listener;
  StudyClock clock = [this] { return runner.clock; };

  const Trial& visited() {
    settings.goal = find_goal("decode");
    StudySession session{study, settings, runner, listener, clock};
    session.visit(session.trial({}), Phase::search, Tier::quick);
    return study.trials.front();
  }
};

}  // namespace

TEST_SUITE("run/session") {
  TEST_CASE("a visit that was disturbed is timed again, not gated again, and only the quiet one counts") {
    Fixture fixture;
    fixture.runner.disturbed = 1;
    const Trial& trial = fixture.visited();
    REQUIRE(fixture.runner.orders.size() == 2);
    CHECK(fixture.runner.orders[0].gate == Tier::quick);
    CHECK_FALSE(fixture.runner.orders[1].gate);
    REQUIRE(trial.visits.size() == 1);
    CHECK(trial.measurement->score_s == doctest::Approx(1));
    CHECK(trial.measurement->findings.empty());
    CHECK(trial.verdict);
    CHECK(fixture.listener.notes.size() == 1);
  }

  TEST_CASE("what stays disturbed counts and says so") {
    Fixture fixture;
    fixture.runner.disturbed = 100;
    const Trial& trial = fixture.visited();
    CHECK(fixture.runner.orders.size() == 3);
    REQUIRE(trial.measurement->findings.size() == 1);
    CHECK(trial.measurement->findings.front() == "disturbed: other programs used 1.0 of 2 cores");
  }

  TEST_CASE("a disturbed visit whose repetition fails counts, still disturbed, and is no failure") {
    Fixture fixture;
    fixture.runner.disturbed = 1;
    fixture.runner.failing = 2;
    const Trial& trial = fixture.visited();
    CHECK_FALSE(trial.failure);
    REQUIRE(trial.visits.size() == 1);
    CHECK(trial.visits.front().measurement.findings.front() == "disturbed: other programs used 1.0 of 2 cores");
  }

  TEST_CASE("no more than a tenth of the budget goes to repeating") {
    Fixture fixture;
    fixture.settings.budget_s = 90;
    fixture.runner.disturbed = 100;
    (void)fixture.visited();
    CHECK(fixture.runner.orders.size() == 1);
  }

  TEST_CASE("a block of the confirm has a deadline a little after its time, and the one without an end has none") {
    Fixture fixture;
    fixture.settings.budget_s = 100;
    StudySession session{fixture.study, fixture.settings, fixture.runner, fixture.listener, fixture.clock};
    const auto begin = std::chrono::steady_clock::now();
    CHECK(session.confirm_visit(session.trial({}), 0, 60));
    CHECK(session.confirm_visit(session.trial({}), 0, std::numeric_limits<double>::infinity()));
    const auto deadline = fixture.runner.orders[0].timed_deadline;
    CHECK(deadline >= begin + std::chrono::seconds(65));  // the end, and a twentieth of the budget
    CHECK(deadline < begin + std::chrono::seconds(100));
    CHECK(fixture.runner.orders[1].timed_deadline == std::chrono::steady_clock::time_point::max());
  }

  TEST_CASE("a confirm whose visit is cut off ends, and says why") {
    Fixture fixture;
    fixture.settings.goal = find_goal("decode");
    StudySession session{fixture.study, fixture.settings, fixture.runner, fixture.listener, fixture.clock};
    fixture.runner.uncut = 0;
    Config candidate;
    candidate.values["threads"] = std::int64_t{2};
    confirm(session, candidate, Until::clear, 1000);
    CHECK(fixture.runner.orders.size() == 1);
    REQUIRE(fixture.listener.notes.size() == 1);
    CHECK(fixture.listener.notes.front().find("became slower") != std::string::npos);
    for (const Trial& trial : fixture.study.trials) {
      CHECK(trial.visits.empty());
      CHECK_FALSE(trial.failure);
    }
  }

  TEST_CASE("a launch that fails for the depths is a row of theirs, and what was measured before stands") {
    struct DeepRunner final : TrialRunner {
      bool survives_once = false;
      VisitOutcome visit(const VisitOrder& order) override {
        VisitOutcome outcome;
        outcome.failure = Failure{FailureKind::out_of_memory, "no room for the cache", ""};
        const bool fails = order.phase == Phase::depth && !survives_once;
        if (order.phase == Phase::depth && survives_once) outcome.disturbed = "other programs used 1.0 of 2 cores";
        survives_once = false;
        if (fails) return outcome;
        outcome.failure.reset();
        outcome.visit.emplace();
        outcome.visit->measurement.score_s = 1;
        return outcome;
      }
    } runner;
    Study study;
    StudySettings settings;
    settings.goal = find_goal("decode");
    settings.depths = {8192, 1024};
    settings.session_tokens = 4096;
    Listener listener;
    const StudyClock clock = [] { return 0.0; };
    StudySession session{study, settings, runner, listener, clock};
    Trial& trial = session.trial({});
    session.visit(trial, Phase::search, std::nullopt);
    session.depth_visit(trial);
    CHECK_FALSE(trial.failure);
    REQUIRE(trial.measurement);
    CHECK(trial.measurement->score_s == doctest::Approx(1));
    REQUIRE(trial.measurement->depths.size() == 1);
    CHECK(trial.measurement->depths.front().depth == 1024);
    CHECK(trial.measurement->depths.front().failure == "out_of_memory: no room for the cache");
    REQUIRE(trial.measurement->turns.size() == 1);
    CHECK(trial.measurement->turns.front().failure == "out_of_memory: no room for the cache");
    // A repetition that fails leaves the disturbed visit as it was.
    runner.survives_once = true;
    session.depth_visit(trial);
    CHECK_FALSE(trial.failure);
    REQUIRE(trial.visits.size() == 3);
    CHECK(trial.visits.back().measurement.depths.empty());
    CHECK(trial.visits.back().measurement.score_s == doctest::Approx(1));
  }

  TEST_CASE("a disturbed visit whose repetition is cut off counts, and still says that it was disturbed") {
    Fixture fixture;
    fixture.settings.goal = find_goal("decode");
    StudySession session{fixture.study, fixture.settings, fixture.runner, fixture.listener, fixture.clock};
    fixture.runner.disturbed = 100;
    fixture.runner.uncut = 1;
    CHECK(session.confirm_visit(session.trial({}), 0, 60));
    CHECK(fixture.runner.orders.size() == 2);
    const Trial& trial = fixture.study.trials.front();
    REQUIRE(trial.visits.size() == 1);
    CHECK(trial.visits.front().measurement.findings.front() == "disturbed: other programs used 1.0 of 2 cores");
  }
}
