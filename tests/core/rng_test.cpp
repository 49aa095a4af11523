#include "core/rng.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace sweetspot;

TEST_SUITE("core/rng") {
  TEST_CASE("the stream is that of SplitMix64 on every platform") {
    Rng rng(1234567);
    CHECK(rng.next() == 6457827717110365317u);
    CHECK(rng.next() == 3203168211198807973u);
    CHECK(rng.next() == 9817491932198370423u);
  }

  TEST_CASE("every remainder is drawn about equally often and none above the bound") {
    Rng rng(1);
    std::vector<int> counts(7);
    for (int i = 0; i < 70'000; ++i) ++counts.at(rng.below(7));
    for (const int count : counts) CHECK(std::abs(count - 10'000) < 500);
  }

  TEST_CASE("normal numbers have mean 0 and variance 1") {
    Rng rng(2);
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < 100'000; ++i) {
      const double x = rng.normal();
      sum += x;
      squares += x * x;
    }
    CHECK(std::abs(sum / 100'000) < 0.02);
    CHECK(std::abs(squares / 100'000 - 1) < 0.03);
  }

  TEST_CASE("a shuffle keeps every item, and purposes get streams of their own") {
    std::vector<int> items{1, 2, 3, 4, 5, 6, 7, 8};
    const std::vector<int> before = items;
    Rng(3).shuffle(items);
    CHECK(items != before);
    std::ranges::sort(items);
    CHECK(items == before);
    CHECK(derived_seed(1, "search") != derived_seed(1, "confirm"));
    CHECK(derived_seed(1, "search") != derived_seed(2, "search"));
  }
}
