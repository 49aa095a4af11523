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

  TEST_CASE("for goal memory, configurations that take as much of it as the default keep the default") {
    Fixture fixture;
    fixture.settings.goal = find_goal("memory");
    fixture.runner.memory_noise = 0.003;
    fixture.run();
    CHECK(fixture.study.recommendation.kind == RecommendationKind::keep_default);
    CHECK(fixture.study.recommendation.reason.find("takes clearly less memory") != std::string::npos);
  }

  TEST_CASE("for goal memory, the smallest that is not much slower is recommended, whatever it gains in speed") {
    Fixture fixture;
    fixture.settings.goal = find_goal("memory");
    fixture.runner.memory_noise = 0.003;
    fixture.runner.bytes = {{Fixture::name(1, 0), 700}, {Fixture::name(2, 0), 500}, {Fixture::name(0, 1), 1500}};
    fixture.runner.seconds[Fixture::name(2, 0)] = 13;
    fixture.runner.seconds[Fixture::name(0, 1)] = 5;
    fixture.run();
    REQUIRE(fixture.study.recommendation.kind == RecommendationKind::improvement);
    CHECK(key(fixture.study.recommendation.changed) == Fixture::name(1, 0));
    CHECK(fixture.study.recommendation.reason.find("% less memory") != std::string::npos);
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

  TEST_CASE("one that proves slower keeps the default and is said to, the time goes to how small a gain could be seen") {
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

  TEST_CASE("what is shown of a confirmed gain is of the confirm alone, and ratios follow the machine's pace") {
    Fixture fixture;
    fixture.runner.noise = 0;
    fixture.runner.seconds[Fixture::name(1, 2)] = 8;
    fixture.runner.search_seconds[Fixture::name(1, 2)] = 4;
    fixture.run();
    REQUIRE(fixture.study.recommendation.measurement);
    CHECK(*fixture.study.recommendation.measurement->score_s == doctest::Approx(8));
    CHECK(*fixture.study.baseline_measurement->score_s == doctest::Approx(10));
    CHECK(*find_trial(fixture.study, fixture.study.recommendation.config)->speed_ratio == doctest::Approx(1.25));
    CHECK(*find_trial(fixture.study, fixture.study.baseline)->speed_ratio == doctest::Approx(1));
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
    fixture.settings.finalist_s = 5;  // of the check
    fixture.runner.seconds[Fixture::name(1, 2)] = 8.5;
    for (const double budget_s : {240, 260, 280, 300, 320}) {
      CAPTURE(budget_s);
      fixture.settings.budget_s = budget_s;
      fixture.study.trials.clear();
      fixture.runner.clock = 0;
      fixture.run();
      CAPTURE(fixture.study.recommendation.reason);
      CHECK(fixture.study.recommendation.kind == RecommendationKind::improvement);
      CHECK(fixture.runner.clock <= budget_s + 5);
    }
  }

  TEST_CASE("as long as nothing seems faster, the time kept for the confirm and the check goes to what was not tried yet") {
    const auto tried = [](double seconds_of_one) {
      Fixture fixture;
      for (auto& [name, seconds] : fixture.runner.seconds) seconds = name.empty() ? 10 : 20;
      for (const std::string& name : {Fixture::name(1, 0), Fixture::name(0, 1)}) fixture.runner.seconds[name] = seconds_of_one;
      fixture.runner.launch_s = 9;
      fixture.settings.budget_s = 120;
      fixture.settings.finalist_s = 60;
      Silent silent;
      std::size_t before_confirm = 0;
      fixture.runner.on_confirm = [&] { before_confirm = std::max(before_confirm, fixture.study.trials.size()); };
      run_study(fixture.study, fixture.space, find_strategy("exhaustive"), fixture.settings, fixture.runner, silent,
                [&] { return fixture.runner.clock; });
      return before_confirm == 0 ? fixture.study.trials.size() : before_confirm;
    };
    CHECK(tried(20) > tried(5));
  }

  TEST_CASE("while searching it is told how many configurations there is time for") {
    Fixture fixture;
    fixture.settings.budget_s = 60;
    fixture.runner.launch_s = 2;
    fixture.run();
    const auto outlook = [](const std::string& note) { return note.find("of 9 configurations tried") != std::string::npos; };
    const auto first = std::find_if(fixture.silent.notes.begin(), fixture.silent.notes.end(), outlook);
    REQUIRE(first != fixture.silent.notes.end());
    CHECK(first->find("are kept") != std::string::npos);
  }

  TEST_CASE("the budget is kept") {
    Fixture fixture;
    fixture.settings.budget_s = 60;
    fixture.run();
    CHECK(fixture.runner.clock <= 61);
    CHECK(fixture.study.recommendation.kind == RecommendationKind::keep_default);
  }
}
