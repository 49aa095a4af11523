#include "gate/quality.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace sweetspot;

namespace {

std::vector<TokenAlternative> distribution(const std::vector<double>& probabilities, std::int64_t first_id = 1) {
  std::vector<TokenAlternative> tokens;
  tokens.reserve(probabilities.size());
  for (const double probability : probabilities) tokens.push_back({first_id++, "", std::log(probability)});
  return tokens;
}

}  // namespace

TEST_SUITE("gate/quality") {
  TEST_CASE("places are spread over the whole answer, and a short one is taken whole") {
    CHECK(spread_places(120, 4) == std::vector<std::size_t>{15, 45, 75, 105});
    CHECK(spread_places(3, 3) == std::vector<std::size_t>{0, 1, 2});
    CHECK(spread_places(7, 0).empty());
  }

  TEST_CASE("a distribution does not diverge from itself") {
    CHECK(kl_divergence_least(distribution({0.7, 0.2, 0.05}), distribution({0.7, 0.2, 0.05})) ==
          doctest::Approx(0).epsilon(1e-9));
  }

  TEST_CASE("complete lists give the divergence itself") {
    const double expected = 0.5 * std::log(0.5 / 0.25) + 0.5 * std::log(0.5 / 0.75);
    CHECK(kl_divergence_least(distribution({0.5, 0.5}), distribution({0.25, 0.75})) == doctest::Approx(expected).epsilon(1e-3));
  }

  TEST_CASE("short lists never give more than complete ones") {
    const std::vector<double> p = {0.4, 0.3, 0.2, 0.1};
    const std::vector<double> q = {0.1, 0.2, 0.3, 0.4};
    const double complete = kl_divergence_least(distribution(p), distribution(q));
    const double shortened = kl_divergence_least(distribution({0.4, 0.3}), distribution({0.1, 0.2}));
    CHECK(shortened > 0);
    CHECK(shortened <= complete);
  }

  TEST_CASE("a first choice that the other does not list counts as much as its list leaves room for") {
    const double divergence = kl_divergence_least(distribution({0.98}), distribution({0.9, 0.09}, 50));
    CHECK(std::isfinite(divergence));
    CHECK(divergence >= 0);
  }
}
