#include "core/level.hpp"
#include "run/ranking.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

using namespace sweetspot;

namespace {

Trial& visited(Study& study, const std::string& name, Phase phase, double at_s, double seconds) {
  const Config config{{{"c", name}}};
  if (find_trial(study, config) == nullptr) {
    Trial made;
    made.config = config;
    made.changed = difference(config, study.baseline);
    made.verdict = Verdict{};
    made.verdict->outcome = Outcome::pass;
    made.measurement = Measurement{};
    made.measurement->score_s = seconds;
    study.trials.push_back(made);
  }
  Trial& trial =
      *std::find_if(study.trials.begin(), study.trials.end(), [&](const Trial& each) { return each.config == config; });
  Visit visit;
  visit.phase = phase;
  visit.at_s = at_s;
  visit.measurement.score_s = seconds;
  trial.visits.push_back(visit);
  return trial;
}

/// The default at these seconds, one visit every hundred.
Study with_default(const std::vector<double>& seconds) {
  Study study;
  study.baseline = Config{{{"c", std::string("usual")}}};
  for (std::size_t i = 0; i < seconds.size(); ++i)
    visited(study, "usual", i == 0 ? Phase::search : Phase::anchor, 100.0 * static_cast<double>(i), seconds[i]);
  return study;
}

StudySettings decoding() {
  StudySettings settings;
  settings.goal = find_goal("decode");
  return settings;
}

const std::vector<double> heating = {10, 10.4, 10.7, 11.1, 11.4, 11.6};

}  // namespace

TEST_SUITE("run/level") {
  TEST_CASE("what was tried late on a machine that becomes hot is not ranked behind for it") {
    Study study = with_default(heating);
    visited(study, "early", Phase::search, 20, 9.8);
    const Trial& late = visited(study, "late", Phase::search, 450, 10.5);
    CHECK(ranked(study, decoding()).front() == &late);
    CHECK(*search_speed_ratio(study, late) == doctest::Approx(1.095).epsilon(0.01));
  }

  TEST_CASE("noise and one burst of other work are no change of the machine") {
    CHECK(levels(with_default({10, 10.2, 9.9, 10.1, 9.8, 10})).empty());
    CHECK(levels(with_default({10, 10.2, 14, 10.1, 9.8, 10})).empty());
    CHECK(levels(with_default({10, 12})).empty());
    CHECK(levels(Study{}).empty());
  }

  TEST_CASE("a sudden change is followed, between two visits of the default by the line between them") {
    const auto machine = levels(with_default({10, 10.1, 10, 12, 12.1, 12}));
    REQUIRE(machine.size() == 6);
    CHECK(level_at(machine, -5) == doctest::Approx(std::log(10)));
    CHECK(level_at(machine, 250) == doctest::Approx((std::log(10.1) + std::log(12)) / 2).epsilon(0.01));
    CHECK(level_at(machine, 900) == doctest::Approx(std::log(12)));
  }

  TEST_CASE("studies whose visits have no time are left as they are") {
    Study study = with_default(heating);
    for (Visit& visit : study.trials[0].visits) visit.at_s = 0;
    visited(study, "late", Phase::search, 0, 10.5);
    const Trial& early = visited(study, "early", Phase::search, 0, 9.8);
    CHECK(ranked(study, decoding()).front() == &early);
  }
}
