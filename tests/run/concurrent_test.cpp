#include "run/concurrent.hpp"

#include <doctest/doctest.h>

using namespace sweetspot;

namespace {

/// One token every 10 ms from `sent_ms` on.
ConcurrentAnswer steady(double sent_ms, int tokens) {
  ConcurrentAnswer answer;
  answer.sent_ms = sent_ms;
  for (int i = 1; i <= tokens; ++i) answer.sample.chunks.push_back({10.0 * i, 4});
  answer.sample.usage.completion_tokens = tokens;
  return answer;
}

}  // namespace

TEST_SUITE("run/concurrent") {
  TEST_CASE("what all clients get together counts, while all are busy") {
    const auto both = aggregate_rate({steady(0, 100), steady(0, 100)}, {1000, 1000});
    REQUIRE(both);
    CHECK(*both == doctest::Approx(200));
    // The second client goes on alone for a second: that time says nothing about two.
    const auto one_longer = aggregate_rate({steady(0, 100), steady(0, 200)}, {1000, 2000});
    REQUIRE(one_longer);
    CHECK(*one_longer == doctest::Approx(200));
  }

  TEST_CASE("chunks of several tokens count as several") {
    ConcurrentAnswer wide = steady(0, 100);
    wide.sample.usage.completion_tokens = 300;
    CHECK(*aggregate_rate({wide}, {1000}) == doctest::Approx(300));
  }

  TEST_CASE("without its count an answer leaves nothing to say") {
    ConcurrentAnswer uncounted = steady(0, 100);
    uncounted.sample.usage.completion_tokens.reset();
    CHECK_FALSE(aggregate_rate({steady(0, 100), uncounted}, {1000, 1000}));
  }

  TEST_CASE("a time too short, or nothing at all, has no rate") {
    CHECK_FALSE(aggregate_rate({}, {}));
    CHECK_FALSE(aggregate_rate({steady(0, 10)}, {100}));
  }
}
