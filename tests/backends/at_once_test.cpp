#include "backends/at_once.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <latch>
#include <stdexcept>
#include <string>

namespace sweetspot {
namespace {

TEST_SUITE("backends/at_once") {
  TEST_CASE("all are at work at the same time") {
    std::latch met(3);
    std::atomic<int> sum = 0;
    at_once(3, [&](int number) {
      met.arrive_and_wait();  // ends only if all three are there together
      sum += number;
    });
    CHECK(sum == 0 + 1 + 2);
    at_once(0, [&](int) { sum = -1; });
    CHECK(sum == 3);
  }

  TEST_CASE("what the first by number threw is passed on when all have ended") {
    std::atomic<int> ended = 0;
    std::string thrown;
    try {
      at_once(3, [&](int number) {
        ++ended;
        if (number > 0) throw std::runtime_error("number " + std::to_string(number));
      });
    } catch (const std::runtime_error& error) {
      thrown = error.what();
    }
    CHECK(ended == 3);
    CHECK(thrown == "number 1");
  }
}

}  // namespace
}  // namespace sweetspot
