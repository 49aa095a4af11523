#include "run/confirm.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace sweetspot;

TEST_SUITE("run/confirm") {
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
