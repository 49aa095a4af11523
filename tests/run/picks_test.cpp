#include "run/picks.hpp"

#include "support/fake_study.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace sweetspot;
using namespace sweetspot::testing;

namespace {

Measurement measured(double tokens_per_second, double ttft_ms, std::int64_t bytes) {
  Measurement measurement;
  for (const char* name : {"code", "tools", "prose"}) measurement.classes[name].decode_tokens_per_second = tokens_per_second;
  measurement.decode_tokens_per_second = tokens_per_second;
  measurement.ttft_ms_p50 = measurement.ttft_short_ms_p50 = measurement.ttft_warm_ms_p50 = ttft_ms;
  measurement.memory_bytes_peak = bytes;
  measurement.score_s = 1000 / tokens_per_second;
  return measurement;
}

/// Visited twice, with a little noise.
Trial tried(int a, const Measurement& measurement) {
  Trial trial;
  trial.config.values = {{"a", std::int64_t{a}}, {"b", std::int64_t{0}}};
  trial.verdict = Verdict{};
  trial.verdict->outcome = Outcome::pass;
  trial.measurement = measurement;
  for (const double noise : {0.99, 1.01}) {
    trial.visits.emplace_back();
    trial.visits.back().measurement = measurement;
    trial.visits.back().measurement.score_s = measurement.score_s.value_or(1) * noise;
  }
  return trial;
}

const GoalPick& pick(const Study& study, const std::string& goal) {
  const auto found = std::find_if(study.picks.begin(), study.picks.end(), [&](const GoalPick& one) { return one.goal == goal; });
  REQUIRE(found != study.picks.end());
  return *found;
}

}  // namespace

TEST_SUITE("run/picks") {
  TEST_CASE("each goal has its own pick: decoding faster, starting sooner, taking less memory") {
    Fixture fixture;
    fixture.settings.goal = find_goal("chat");
    fixture.study.trials = {tried(0, measured(100, 200, 2000)), tried(1, measured(130, 4000, 2000)),
                            tried(2, measured(95, 190, 1000))};
    for (Trial& trial : fixture.study.trials) trial.changed = difference(trial.config, fixture.study.baseline);
    add_picks(fixture.study, fixture.settings);
    CHECK(pick(fixture.study, "decode").config == fixture.study.trials[1].config);
    CHECK(pick(fixture.study, "decode").ratio == doctest::Approx(1.3));
    CHECK(pick(fixture.study, "agent").config == fixture.study.baseline);
    CHECK(pick(fixture.study, "memory").config == fixture.study.trials[2].config);
    CHECK(pick(fixture.study, "memory").ratio == doctest::Approx(2));
  }

  TEST_CASE("what is ahead by no more than the noise, or broken, is no pick, goals that were not measured have none") {
    Fixture fixture;
    fixture.study.trials = {tried(0, measured(100, 200, 2000)), tried(1, measured(102.5, 200, 2000)),
                            tried(2, measured(150, 100, 500))};
    fixture.study.trials[2].verdict->outcome = Outcome::broken;
    fixture.study.recommendation.config = fixture.study.baseline;
    add_picks(fixture.study, fixture.settings);
    for (const GoalPick& one : fixture.study.picks) CHECK(one.config == fixture.study.baseline);
    CHECK(std::none_of(fixture.study.picks.begin(), fixture.study.picks.end(),
                       [](const GoalPick& one) { return one.goal == "batch" || one.goal == "long-context"; }));
  }

  TEST_CASE("the study's own goal picks what is recommended, whatever the visits say") {
    Fixture fixture;
    fixture.study.trials = {tried(0, measured(100, 200, 2000)), tried(1, measured(130, 150, 2000))};
    fixture.study.recommendation.config = fixture.study.baseline;
    add_picks(fixture.study, fixture.settings);
    CHECK(pick(fixture.study, "decode").config == fixture.study.baseline);
    CHECK(pick(fixture.study, "agent").config == fixture.study.trials[1].config);
    fixture.study.recommendation.config = fixture.study.trials[1].config;
    fixture.study.recommendation.gain = Gain{1.25, 1.2, 1.3, 0.95};
    add_picks(fixture.study, fixture.settings);
    CHECK(pick(fixture.study, "decode").ratio == 1.25);
  }

  TEST_CASE("of many configurations that are all equal hardly one study in twenty names a pick") {
    Rng rng(11);
    int named = 0;
    constexpr int studies = 300;
    for (int i = 0; i < studies; ++i) {
      Fixture fixture;
      fixture.settings.goal = find_goal("memory");
      for (int a = 0; a <= 60; ++a) {
        Trial trial = tried(a, {});
        trial.visits.resize(a == 0 ? 8 : 1);
        double logs = 0;
        for (Visit& visit : trial.visits) {
          const double log = 0.03 * rng.normal();
          visit.measurement.score_s = 10 * std::exp(log);
          logs += log;
        }
        trial.measurement = measured(100 / std::exp(logs / static_cast<double>(trial.visits.size())), 200, 2000);
        fixture.study.trials.push_back(trial);
      }
      add_picks(fixture.study, fixture.settings);
      named += pick(fixture.study, "decode").config == fixture.study.baseline ? 0 : 1;
    }
    CHECK(named <= 0.1 * studies);
  }

  TEST_CASE("what was visited before the machine became hot is no pick for it") {
    Fixture fixture;
    fixture.settings.goal = find_goal("memory");
    fixture.study.trials = {tried(0, measured(1000 / 10.87, 200, 2000)), tried(1, measured(1000 / 10.4, 200, 2000))};
    fixture.study.trials[0].visits.clear();
    for (const double seconds : {10.0, 10.4, 10.7, 11.1, 11.4, 11.6}) {
      Visit visit;
      visit.at_s = 100.0 * static_cast<double>(fixture.study.trials[0].visits.size());
      visit.measurement.score_s = seconds;
      fixture.study.trials[0].visits.push_back(visit);
    }
    for (Visit& visit : fixture.study.trials[1].visits) visit.measurement.score_s = 10.4;
    add_picks(fixture.study, fixture.settings);
    CHECK(pick(fixture.study, "decode").config == fixture.study.baseline);
  }

  TEST_CASE("without a second visit of anything the noise is not known, and nothing is picked") {
    Fixture fixture;
    fixture.study.trials = {tried(0, measured(100, 200, 2000)), tried(1, measured(150, 200, 2000))};
    for (Trial& trial : fixture.study.trials) trial.visits.pop_back();
    add_picks(fixture.study, fixture.settings);
    CHECK(fixture.study.picks.empty());
  }
}
