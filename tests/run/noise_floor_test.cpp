#include "run/noise_floor.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

using namespace sweetspot;

namespace {

struct Visited {
  std::size_t trial;
  int block;
  double log_seconds;
};

Study study_of(const std::vector<Visited>& visits) {
  Study study;
  study.trials.resize(2);
  double at_s = 0;
  for (const Visited& each : visits) {
    Visit visit;
    visit.block = each.block;
    visit.at_s = at_s += 10;
    visit.measurement.score_s = std::exp(each.log_seconds);
    study.trials[each.trial].visits.push_back(visit);
  }
  return study;
}

}  // namespace

TEST_SUITE("run/noise_floor") {
  TEST_CASE("visits of one configuration that follow one another say how far a block is apart by noise alone") {
    std::vector<Visited> visits;
    for (int block = 0; block < 4; ++block) {
      const double drift = block;  // from block to block: no noise
      visits.insert(visits.end(), {{0, block, drift}, {1, block, drift + 1}, {1, block, drift + 1.04}, {0, block, drift}});
    }
    CHECK(noise_floor(study_of(visits)) == doctest::Approx(0.04 / std::sqrt(2)));
  }

  TEST_CASE("visits of the search, and fewer pairs than four, say nothing") {
    CHECK(noise_floor(study_of({{0, -1, 0}, {0, -1, 1}, {0, -1, 0}, {0, -1, 1}, {0, -1, 0}, {0, -1, 1}})) == 0);
    CHECK(noise_floor(study_of({{0, 0, 0}, {0, 0, 1}, {0, 0, 0}, {0, 0, 1}})) == 0);
    Study apart = study_of({{0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 5}});
    apart.trials[0].visits.back().phase = Phase::confirm;  // the race's last and the confirm's first: other prompts
    CHECK(noise_floor(apart) == 0);
  }
}
