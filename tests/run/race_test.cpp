#include "run/race_figures.hpp"
#include "run/ranking.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

using namespace sweetspot;

namespace {

Config named(const std::string& name) { return Config{{{"c", name}}}; }

/// A study whose default is "usual".
struct Raced {
  Study study;

  Raced() { study.baseline = named("usual"); }

  Trial& trial(const std::string& name) {
    for (Trial& each : study.trials) {
      if (each.config == named(name)) return each;
    }
    Trial made;
    made.config = named(name);
    made.changed = difference(made.config, study.baseline);
    made.verdict = Verdict{};
    made.verdict->outcome = Outcome::pass;
    made.measurement = Measurement{};
    made.measurement->score_s = 10;
    study.trials.push_back(made);
    return study.trials.back();
  }

  void visited(const std::string& name, Phase phase, int block, const std::vector<double>& seconds) {
    for (const double each : seconds) {
      Visit visit;
      visit.phase = phase;
      visit.block = block;
      visit.measurement.score_s = each;
      trial(name).visits.push_back(visit);
    }
  }
  void searched(const std::string& name, double seconds) { visited(name, Phase::search, -1, {seconds}); }
  void raced(const std::string& name, int round, const std::vector<double>& seconds) {
    visited(name, Phase::anchor, round, seconds);
  }

  std::vector<std::string> order() const {
    std::vector<std::string> names;
    StudySettings settings;
    settings.goal = find_goal("decode");
    for (const Trial* each : ranked(study, settings)) names.push_back(display(each->changed));
    return names;
  }
};

}  // namespace

TEST_SUITE("run/race") {
  TEST_CASE("a round that is not complete does not count") {
    Raced raced;
    raced.raced("usual", 0, {10});
    raced.raced("fast", 0, {9, 9});
    CHECK(race_figures(raced.study).rounds == 0);
    CHECK(race_figures(raced.study).racers.empty());
    raced.raced("usual", 0, {10});
    CHECK(race_figures(raced.study).rounds == 1);
    REQUIRE(race_figures(raced.study).racers.size() == 2);
    CHECK(race_figures(raced.study).racers.front().trial->config == named("fast"));
  }

  TEST_CASE("what the race says comes before what the search said") {
    Raced raced;
    raced.searched("lucky", 7);
    raced.searched("fast", 9);
    raced.searched("unraced", 8);
    for (const std::string name : {"lucky", "usual"}) raced.raced(name, 0, {10, 10.1});
    raced.raced("fast", 0, {8.9, 9});
    CHECK(raced.order() == std::vector<std::string>{"c=fast", "c=lucky", "c=unraced"});
  }

  TEST_CASE("two visits of four that other work slowed down do not cost a place") {
    Raced raced;
    for (int round = 0; round < 2; ++round) {
      raced.raced("usual", round, {10, 10.1});
      raced.raced("good", round, {9.5, 9.6});
      raced.raced("best", round, {9.0, 12.5});
      for (const std::string name : {"good", "best"}) raced.searched(name, 9.5);
    }
    CHECK(raced.order().front() == "c=best");
  }

  TEST_CASE("a machine that slows down between two rounds says nothing of those that ran in one only") {
    Raced raced;
    for (const std::string name : {"early", "late", "best"}) raced.searched(name, 9.5);
    raced.raced("usual", 0, {10, 10.1});
    raced.raced("early", 0, {9.7, 9.8});
    raced.raced("late", 0, {9.5, 9.6});
    raced.raced("best", 0, {9.0, 9.1});
    raced.raced("usual", 1, {12, 12.1});
    raced.raced("late", 1, {11.4, 11.5});
    raced.raced("best", 1, {10.8, 10.9});
    const RaceFigures figures = race_figures(raced.study);
    CHECK(figures.rounds == 2);
    CHECK(figures.noise < 0.02);
    CHECK(raced.order() == std::vector<std::string>{"c=best", "c=late", "c=early"});
  }

  TEST_CASE("no more than a hundredth of the speed is given for fewer changed parameters, whatever the noise") {
    Raced raced;
    raced.trial("best").changed.values["d"] = std::string("too");
    for (const std::string name : {"simple", "best"}) raced.searched(name, 9.5);
    raced.raced("usual", 0, {9, 11});
    raced.raced("best", 0, {8, 10});
    SUBCASE("within it the simpler one goes first") {
      raced.raced("simple", 0, {8.05, 10.05});
      CHECK(raced.order().front() == "c=simple");
    }
    SUBCASE("beyond it the faster one") {
      raced.raced("simple", 0, {8.3, 10.3});
      CHECK(raced.order().front() != "c=simple");
    }
  }
}
