#include "run/study_loop.hpp"
#include "run/conclude.hpp"
#include "run/later_look.hpp"
#include "run/ranking.hpp"

#include "core/error.hpp"
#include "core/rng.hpp"
#include "gate/gate.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <utility>

using namespace sweetspot;

namespace {

/// A machine made of numbers: seconds of each configuration, verdicts, failures, noise. Every visit takes a second of the
/// study's clock.
struct FakeRunner final : TrialRunner {
  std::map<std::string, double> seconds;         // by key of what differs
  std::map<std::string, double> search_seconds;  // where the search is lucky or not
  std::set<std::string> slow_at_first;           // other work slows the first visit
  double launch_s = 0;                           // of the clock, beside the second of each visit
  double slower_later = 1;                       // factor once five visits were made
  std::map<std::string, Outcome> outcomes;
  std::map<std::string, FailureKind> failures;
  std::map<std::string, Outcome> standard_outcomes;
  std::map<std::string, Outcome> fresh_outcomes;
  std::map<Tier, int> gated;
  bool all_wait = false;  ///< for the reference, where they may
  std::vector<SettledVerdict> waiting;
  int loads = 0;  ///< of the reference
  double noise = 0.01;
  double clock = 0;
  int visits = 0;
  int interrupt_at = -1;
  std::optional<Tier> interrupted_by;
  Rng rng{7};

  std::vector<SettledVerdict> settle() override {
    ++loads;
    return std::exchange(waiting, {});
  }

  VisitOutcome visit(const VisitOrder& order) override {
    if (visits++ == interrupt_at || (order.gate && order.gate == interrupted_by)) throw Interrupted{};
    clock += 1 + launch_s;
    Config changed = order.config;
    std::erase_if(changed.values, [](const auto& entry) { return entry.second == Value{std::int64_t{0}}; });
    const std::string name = key(changed);
    VisitOutcome outcome;
    if (const auto failed = failures.find(name); failed != failures.end()) {
      outcome.failure = Failure{failed->second, "scripted", ""};
      return outcome;
    }
    if (order.gate) {
      outcome.verdict = Verdict{};
      outcome.verdict->tier = *order.gate == Tier::fresh ? Tier::quick : *order.gate;
      outcome.verdict->outcome = outcomes.contains(name) ? outcomes.at(name) : Outcome::pass;
      ++gated[*order.gate];
      if (order.gate != Tier::quick && standard_outcomes.contains(name)) outcome.verdict->outcome = standard_outcomes.at(name);
      if (order.gate == Tier::fresh && fresh_outcomes.contains(name)) {
        outcome.verdict->outcome = fresh_outcomes.at(name);
        if (outcome.verdict->outcome == Outcome::inconclusive) outcome.verdict->not_verified.emplace_back(cut_short);
      }
      outcome.verdict->check = "G6";
      outcome.gate_speed_ratio = 10 / seconds.at(name);
      if (all_wait && order.may_wait) {
        waiting.push_back({order.config, *outcome.verdict});
        outcome.verdict = waiting_verdict(*outcome.verdict);
      }
      if (outcome.verdict->outcome == Outcome::broken) return outcome;
    }
    if (!order.timed) return outcome;
    outcome.visit = Visit{};
    outcome.visit->phase = order.phase;
    outcome.visit->block = order.block;
    outcome.visit->duration_s = 1;
    const bool flattered = order.phase != Phase::confirm && search_seconds.contains(name);
    const double disturbed = (slow_at_first.erase(name) > 0 ? 1.4 : 1.0) * (visits > 5 ? slower_later : 1.0);
    outcome.visit->measurement.score_s =
        (flattered ? search_seconds.at(name) : seconds.at(name)) * disturbed * std::exp(noise * rng.normal());
    return outcome;
  }
};

struct Silent final : StudyObserver {
  void trial_changed(const Study&, const Trial&) override {}
  void visit_added(const Study&, const Trial&, const Visit&) override {}
  void note(const std::string&) override {}
};

struct Fixture {
  FakeRunner runner;
  Study study;
  SearchSpace space;
  StudySettings settings;

  Fixture() {
    for (const std::string name : {"a", "b"}) {
      Parameter parameter;
      parameter.name = name;
      parameter.domain = IntegerRange{0, 2, {}};
      parameter.default_value = std::int64_t{0};
      space.parameters.push_back(parameter);
      space.axes.push_back({name, {std::int64_t{0}, std::int64_t{1}, std::int64_t{2}}});
      space.baseline.values[name] = std::int64_t{0};
    }
    study.baseline = space.baseline;
    settings.goal = find_goal("decode");
    settings.budget_s = 400;
    for (int a = 0; a <= 2; ++a) {
      for (int b = 0; b <= 2; ++b) runner.seconds[name(a, b)] = 10;
    }
  }

  static std::string name(int a, int b) {
    Config config;
    if (a != 0) config.values["a"] = std::int64_t{a};
    if (b != 0) config.values["b"] = std::int64_t{b};
    return key(config);
  }

  void run() {
    Silent silent;
    run_study(study, space, find_strategy("exhaustive"), settings, runner, silent, [this] { return runner.clock; });
    conclude_study();
  }

  void conclude_study() {
    conclude(study, settings, [](const Config&) { return Command{{"server"}, {}, "server"}; });
  }
};

}  // namespace

TEST_SUITE("run/study_loop") {
  TEST_CASE("a clear winner is confirmed and recommended") {
    Fixture fixture;
    fixture.runner.seconds[Fixture::name(1, 2)] = 7;
    fixture.run();
    const Recommendation& result = fixture.study.recommendation;
    REQUIRE(result.kind == RecommendationKind::improvement);
    CHECK(key(result.changed) == Fixture::name(1, 2));
    CHECK(result.gain->ratio == doctest::Approx(10.0 / 7).epsilon(0.03));
    CHECK(result.gain->ratio_low > 1);
    CHECK(result.detectable_gain_ratio.has_value());
  }

  TEST_CASE("one visit that other work slowed down does not cost the best its place") {
    Fixture fixture;
    fixture.runner.slow_at_first = {Fixture::name(1, 0)};
    for (auto& [name, seconds] : fixture.runner.seconds) seconds = name.empty() ? 10 : 9.5;
    fixture.runner.seconds[Fixture::name(1, 0)] = 8.5;
    fixture.run();
    REQUIRE(fixture.study.recommendation.kind == RecommendationKind::improvement);
    CHECK(key(fixture.study.recommendation.changed) == Fixture::name(1, 0));
  }

  TEST_CASE("a machine that becomes slower during the search does not hide what was tried late") {
    Fixture fixture;
    fixture.runner.slower_later = 1.4;
    fixture.runner.seconds[Fixture::name(2, 2)] = 9;
    fixture.run();
    REQUIRE(fixture.study.recommendation.kind == RecommendationKind::improvement);
    CHECK(key(fixture.study.recommendation.changed) == Fixture::name(2, 2));
    CHECK(fixture.study.recommendation.gain->ratio == doctest::Approx(10.0 / 9).epsilon(0.02));
  }

  TEST_CASE("equal configurations keep the default, with the gain that could have been seen") {
    Fixture fixture;
    fixture.run();
    CHECK(fixture.study.recommendation.kind == RecommendationKind::keep_default);
    REQUIRE(fixture.study.recommendation.detectable_gain_ratio);
    CHECK(*fixture.study.recommendation.detectable_gain_ratio < 1.10);
    CHECK(*fixture.study.recommendation.detectable_gain_ratio > 1.0);
  }

  TEST_CASE("when everything else is clearly slower the default is measured against itself") {
    Fixture fixture;
    for (auto& [name, seconds] : fixture.runner.seconds) seconds = name.empty() ? 10 : 20;
    fixture.run();
    CHECK(fixture.study.recommendation.kind == RecommendationKind::keep_default);
    CHECK(fixture.study.recommendation.detectable_gain_ratio.has_value());
  }

  TEST_CASE("a broken value is rejected with its speed, is in no combination, and is never recommended") {
    Fixture fixture;
    fixture.runner.seconds[Fixture::name(1, 0)] = 5;
    fixture.runner.outcomes[Fixture::name(1, 0)] = Outcome::broken;
    fixture.run();
    CHECK(fixture.study.recommendation.kind == RecommendationKind::keep_default);
    REQUIRE(fixture.study.rejected.size() == 1);
    CHECK(key(fixture.study.rejected[0].culprit) == Fixture::name(1, 0));
    CHECK(*fixture.study.rejected[0].speed_ratio == doctest::Approx(2).epsilon(0.05));
    CHECK(fixture.study.rejected[0].speed_basis == "gate");
    for (const Trial& trial : fixture.study.trials) CHECK(key(trial.changed) != Fixture::name(1, 1));
  }

  TEST_CASE("a combination that is broken names itself as the culprit when its parts are sound") {
    Fixture fixture;
    fixture.runner.outcomes[Fixture::name(1, 1)] = Outcome::broken;
    fixture.run();
    REQUIRE(fixture.study.rejected.size() == 1);
    CHECK(key(fixture.study.rejected[0].culprit) == Fixture::name(1, 1));
  }

  TEST_CASE("a finalist that only the standard tier catches gives way to the next") {
    Fixture fixture;
    fixture.runner.seconds[Fixture::name(1, 0)] = 5;
    fixture.runner.standard_outcomes[Fixture::name(1, 0)] = Outcome::broken;
    fixture.runner.seconds[Fixture::name(0, 2)] = 8;
    for (int b = 1; b <= 2; ++b) fixture.runner.seconds[Fixture::name(1, b)] = 12;
    fixture.run();
    REQUIRE(fixture.study.recommendation.kind == RecommendationKind::improvement);
    CHECK(key(fixture.study.recommendation.changed).find("b=2") != std::string::npos);
    CHECK(key(fixture.study.recommendation.changed).find("a=1") == std::string::npos);
  }

  TEST_CASE("verdicts that wait for the reference come with few loads of it, before anything is chosen") {
    Fixture fixture;
    fixture.runner.all_wait = true;
    fixture.runner.seconds[Fixture::name(1, 0)] = 5;
    fixture.runner.outcomes[Fixture::name(1, 0)] = Outcome::broken;
    fixture.runner.seconds[Fixture::name(0, 2)] = 8;
    for (int b = 1; b <= 2; ++b) fixture.runner.seconds[Fixture::name(1, b)] = 12;
    fixture.run();
    REQUIRE(fixture.study.recommendation.kind == RecommendationKind::improvement);
    CHECK(key(fixture.study.recommendation.changed).find("b=2") != std::string::npos);
    REQUIRE(fixture.study.rejected.size() >= 1);
    for (const Trial& trial : fixture.study.trials) CHECK_FALSE(waits(*trial.verdict));
    CHECK(fixture.runner.loads >= 1);
    CHECK(fixture.runner.loads <= 3);
  }

  TEST_CASE("what waited when a study was interrupted is tried again") {
    Fixture fixture;
    fixture.runner.all_wait = true;
    fixture.runner.seconds[Fixture::name(1, 0)] = 5;
    fixture.runner.interrupt_at = 4;
    CHECK_THROWS_AS(fixture.run(), Interrupted);
    fixture.runner.waiting.clear();  // gone with the process
    fixture.run();
    INFO(fixture.study.recommendation.reason);
    CHECK(fixture.study.recommendation.kind == RecommendationKind::improvement);
    for (const Trial& trial : fixture.study.trials) {
      CHECK_FALSE(trial.failure);
      REQUIRE(trial.verdict);
      CHECK(trial.verdict->outcome == Outcome::pass);
    }
  }

  TEST_CASE("a finalist stands the tier that was asked for") {
    for (const Tier tier : {Tier::quick, Tier::standard, Tier::release}) {
      CAPTURE(to_string(tier));
      Fixture fixture;
      fixture.settings.finalist_tier = tier;
      fixture.runner.seconds[Fixture::name(1, 0)] = 5;
      fixture.run();
      CHECK(fixture.study.recommendation.kind == RecommendationKind::improvement);
      CHECK(fixture.runner.gated[Tier::standard] == (tier == Tier::standard ? 1 : 0));
      CHECK(fixture.runner.gated[Tier::release] == (tier == Tier::release ? 1 : 0));
    }
  }

  TEST_CASE("the chosen one must stand prompts that no choice has seen") {
    Fixture fixture;
    fixture.runner.seconds[Fixture::name(1, 0)] = 5;
    fixture.runner.fresh_outcomes[Fixture::name(1, 0)] = Outcome::broken;
    fixture.runner.seconds[Fixture::name(0, 2)] = 8;
    for (int b = 1; b <= 2; ++b) fixture.runner.seconds[Fixture::name(1, b)] = 12;
    fixture.run();
    REQUIRE(fixture.study.recommendation.kind == RecommendationKind::improvement);
    CHECK(key(fixture.study.recommendation.changed).find("b=2") != std::string::npos);
    REQUIRE_FALSE(fixture.study.rejected.empty());
  }

  TEST_CASE("fresh prompts that there was no time for are told, and take nothing from the verdict") {
    Fixture fixture;
    fixture.runner.seconds[Fixture::name(1, 0)] = 5;
    fixture.runner.fresh_outcomes[Fixture::name(1, 0)] = Outcome::inconclusive;
    fixture.run();
    REQUIRE(fixture.study.recommendation.kind == RecommendationKind::improvement);
    const Trial* winner = find_trial(fixture.study, fixture.study.recommendation.config);
    REQUIRE(winner != nullptr);
    CHECK(winner->verdict->outcome == Outcome::pass);
    CHECK(winner->verdict->not_verified == std::vector<std::string>{"fresh prompts"});
  }

  TEST_CASE("one that only the search flattered is not checked at length and gives way to the next") {
    Fixture fixture;
    for (auto& [name, seconds] : fixture.runner.seconds) seconds = name.empty() ? 10 : 20;
    fixture.runner.seconds[Fixture::name(1, 0)] = 11;
    fixture.runner.search_seconds[Fixture::name(1, 0)] = 5;
    fixture.runner.seconds[Fixture::name(0, 2)] = 8;
    fixture.run();
    REQUIRE(fixture.study.recommendation.kind == RecommendationKind::improvement);
    CHECK(key(fixture.study.recommendation.changed) == Fixture::name(0, 2));
    CHECK(fixture.runner.gated[Tier::standard] == 1);
    CHECK(fixture.runner.gated[Tier::fresh] == 1);
  }

  TEST_CASE("one that proves slower keeps the default and is said to; the time goes to how small a gain could be seen") {
    Fixture fixture;
    for (auto& [name, seconds] : fixture.runner.seconds) seconds = name.empty() ? 10 : 20;
    fixture.runner.seconds[Fixture::name(1, 0)] = 11;
    fixture.runner.search_seconds[Fixture::name(1, 0)] = 8;
    fixture.runner.noise = 0.03;
    fixture.run();
    const Recommendation& result = fixture.study.recommendation;
    CHECK(result.kind == RecommendationKind::keep_default);
    INFO(result.reason);
    CHECK(result.reason.find("proved slower when confirmed: 0.9") != std::string::npos);
    REQUIRE(result.detectable_gain_ratio);
    CHECK(*result.detectable_gain_ratio < 1.04);
    CHECK(fixture.runner.gated[Tier::standard] == 0);
  }

  TEST_CASE("a gain without time for the check is told and not recommended") {
    Fixture fixture;
    fixture.runner.seconds[Fixture::name(1, 0)] = 5;
    for (int b = 1; b <= 2; ++b) fixture.runner.seconds[Fixture::name(1, b)] = 12;
    fixture.runner.interrupted_by = Tier::standard;
    CHECK_THROWS_AS(fixture.run(), Interrupted);
    fixture.conclude_study();
    CHECK(fixture.study.recommendation.kind == RecommendationKind::keep_default);
    INFO(fixture.study.recommendation.reason);
    CHECK(fixture.study.recommendation.reason.find("time ended before its standard check") != std::string::npos);
    fixture.runner.interrupted_by.reset();
    fixture.run();
    CHECK(fixture.study.recommendation.kind == RecommendationKind::improvement);
    CHECK(fixture.runner.gated[Tier::standard] == 1);
  }

  TEST_CASE("a crash is data and the study goes on") {
    Fixture fixture;
    fixture.runner.failures[Fixture::name(2, 0)] = FailureKind::crashed;
    fixture.runner.seconds[Fixture::name(0, 1)] = 6;
    fixture.run();
    CHECK(fixture.study.recommendation.kind == RecommendationKind::improvement);
  }

  TEST_CASE("a broken default is unsound") {
    Fixture fixture;
    fixture.runner.outcomes[""] = Outcome::broken;
    fixture.run();
    CHECK(fixture.study.recommendation.kind == RecommendationKind::unsound);
    CHECK(fixture.study.trials.size() == 1);
  }

  TEST_CASE("an interrupted study goes on with its history and ends like one that was not") {
    Fixture whole;
    whole.runner.seconds[Fixture::name(1, 2)] = 7;
    whole.run();
    Fixture broken_off;
    broken_off.runner.seconds[Fixture::name(1, 2)] = 7;
    broken_off.runner.interrupt_at = 4;
    CHECK_THROWS_AS(broken_off.run(), Interrupted);
    CHECK(broken_off.study.trials.size() >= 4);
    broken_off.runner.interrupt_at = -1;
    broken_off.run();
    CHECK(key(broken_off.study.recommendation.changed) == key(whole.study.recommendation.changed));
    CHECK(broken_off.study.trials.size() == whole.study.trials.size());
  }

  TEST_CASE("a race leaves the confirm its time where launches are slow") {
    Fixture fixture;
    fixture.runner.launch_s = 4;
    fixture.runner.seconds[Fixture::name(1, 2)] = 8.5;
    for (const double budget_s : {240, 260, 280, 300, 320}) {
      CAPTURE(budget_s);
      fixture.settings.budget_s = budget_s;
      fixture.study.trials.clear();
      fixture.runner.clock = 0;
      fixture.run();
      CHECK(fixture.study.recommendation.kind == RecommendationKind::improvement);
      CHECK(fixture.runner.clock <= budget_s + 5);
    }
  }

  TEST_CASE("the budget is kept") {
    Fixture fixture;
    fixture.settings.budget_s = 60;
    fixture.run();
    CHECK(fixture.runner.clock <= 61);
    CHECK(fixture.study.recommendation.kind == RecommendationKind::keep_default);
  }
}
