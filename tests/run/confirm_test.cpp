#include "run/confirm.hpp"

#include <doctest/doctest.h>

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
}
