#include "run/confirm.hpp"
#include "run/ranking.hpp"

#include "support/fake_study.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace sweetspot;
using namespace sweetspot::testing;

namespace {

/// The default at 10 s, its visits apart by `noise`; a candidate that was seen once, at 12.5 s.
bool confirmed_although_slower(double noise) {
  Fixture fixture;
  StudySession session{fixture.study, fixture.settings, fixture.runner, fixture.silent, [] { return 0.0; }};
  const auto visit = [&](const Config& config, double seconds) {
    Visit made;
    made.measurement.score_s = seconds;
    session.trial(config).visits.push_back(made);
  };
  for (const double sign : {1, -1, 1, -1}) visit(fixture.space.baseline, 10 * std::exp(sign * noise));
  visit(fixture.config_of(1, 2), 12.5);
  return worth_confirming(session, session.trial(fixture.config_of(1, 2)));
}

}  // namespace

TEST_SUITE("run/confirm") {
  TEST_CASE("what one noisy visit shows as slow may be as fast as the default, where visits differ little it is not") {
    CHECK(confirmed_although_slower(0.1));
    CHECK_FALSE(confirmed_although_slower(0.01));
  }

  TEST_CASE("a block whose visits have not the rates of the same classes is not compared") {
    Trial baseline;
    Trial candidate;
    for (int block = 0; block < 2; ++block) {
      for (Trial* trial : {&baseline, &candidate, &candidate, &baseline}) {
        Visit visit;
        visit.phase = Phase::confirm;
        visit.block = block;
        visit.measurement.score_s = trial == &baseline ? 10 : 8;
        visit.measurement.classes["code"].decode_tokens_per_second = 50;
        visit.measurement.classes["tools"];
        if (block == 0 || trial == &baseline) visit.measurement.classes["tools"].decode_tokens_per_second = 40;
        trial->visits.push_back(visit);
      }
    }
    REQUIRE(compared_blocks(baseline, candidate).size() == 1);
    CHECK(compared_blocks(baseline, candidate).at(0) == doctest::Approx(std::log(1.25)));
    CHECK(next_block(baseline, candidate) == 2);
  }

  TEST_CASE("what is published of a gain that only just showed is less than was seen, and within its interval") {
    const StudySettings settings;
    std::vector<double> blocks;
    blocks.reserve(24);
    for (int i = 0; i < 24; ++i) blocks.push_back(0.12 + (i % 2 == 0 ? 0.15 : -0.15));
    const ConfirmDecision barely = decide(blocks);
    REQUIRE(standing(barely, settings) == Standing::gains);
    CHECK(published_log_ratio(barely, settings) < 0.09);
    CHECK(published_log_ratio(barely, settings) >= barely.interval.low);
    for (double& block : blocks) block += 0.4;
    const ConfirmDecision plain = decide(blocks);
    CHECK(published_log_ratio(plain, settings) == doctest::Approx(0.52));
  }

  TEST_CASE("no gain is published below --min-gain, which it had to reach, nor above what was seen") {
    const StudySettings settings;
    const ConfirmDecision small = decide({0.0198, 0.0208, 0.0173, 0.0233, 0.0168, 0.0238});
    REQUIRE(small.mean == doctest::Approx(0.0203));
    REQUIRE(standing(small, settings) == Standing::gains);
    CHECK(published_log_ratio(small, settings) >= std::log(settings.min_gain_ratio));
    CHECK(published_log_ratio(small, settings) <= small.mean);
  }
}
