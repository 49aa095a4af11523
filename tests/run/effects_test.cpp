#include "run/effects.hpp"

#include "core/config.hpp"
#include "core/rng.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace sweetspot;

namespace {

void visited(Trial& trial, Phase phase, double seconds, int block = -1) {
  Visit visit;
  visit.phase = phase;
  visit.block = block;
  visit.measurement.score_s = seconds;
  trial.visits.push_back(visit);
}

Trial named(const Study& study, std::int64_t a) {
  Trial trial;
  trial.config.values = {{"a", a}};
  trial.changed = difference(trial.config, study.baseline);
  return trial;
}

/// A default with so many visits, one of the value 1, all equal but for noise.
Study equal(int visits, double noise, Rng& rng) {
  Study study;
  study.baseline.values = {{"a", std::int64_t{0}}};
  study.trials = {named(study, 0), named(study, 1)};
  for (int i = 0; i < visits; ++i)
    visited(study.trials[0], i == 0 ? Phase::search : Phase::anchor, 10 * std::exp(noise * rng.normal()));
  visited(study.trials[1], Phase::search, 10 * std::exp(noise * rng.normal()));
  return study;
}

}  // namespace

TEST_SUITE("run/effects") {
  TEST_CASE("the interval of an effect holds the truth in 95 of 100 studies, also where few visits tell the noise") {
    Rng rng(3);
    for (const int visits : {2, 4, 8}) {
      CAPTURE(visits);
      int held = 0;
      constexpr int studies = 2000;
      for (int i = 0; i < studies; ++i) {
        Study study = equal(visits, 0.03, rng);
        add_effects(study);
        REQUIRE(study.effects.size() == 1);
        held += study.effects[0].ratio_low <= 1 && study.effects[0].ratio_high >= 1 ? 1 : 0;
      }
      CHECK(held >= 0.935 * studies);
      CHECK(held <= 0.965 * studies);
    }
  }

  TEST_CASE("blocks of a confirm, which the ratio is not from, make no interval narrower by their number") {
    Rng rng(4);
    Study study = equal(6, 0.03, rng);
    add_effects(study);
    const double before = std::log(study.effects[0].ratio_high / study.effects[0].ratio_low);
    for (int block = 0; block < 20; ++block) {
      for (Trial& trial : study.trials) {
        visited(trial, Phase::confirm, 10 * std::exp(0.03), block);
        visited(trial, Phase::confirm, 10 * std::exp(-0.03), block);
      }
    }
    add_effects(study);
    const double after = std::log(study.effects[0].ratio_high / study.effects[0].ratio_low);
    CHECK(after > 0.8 * before);
  }

  TEST_CASE("without a second visit of anything the noise is not known, and no effect is told") {
    Rng rng(5);
    Study study = equal(1, 0.03, rng);
    add_effects(study);
    CHECK(study.effects.empty());
  }
}
