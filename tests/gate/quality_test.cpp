#include "gate/quality.hpp"

#include "gate/prompt_set.hpp"

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

  TEST_CASE("quality is measured on the answers to the user's own prompts, where they are long enough") {
    Reference reference;
    for (const char* name : {"prose", workload_class, "code", workload_class}) {
      ReferenceAnswer answer;
      answer.prompt.prompt_class = name;
      answer.prompt_tokens = {1, 2, 3};
      answer.plain.tokens.resize(40);
      reference.answers.push_back(answer);
    }
    const auto own = quality_texts(reference, 80);
    REQUIRE(own.size() == 2);
    CHECK(own[0] == &reference.answers[1]);
    CHECK(own[1] == &reference.answers[3]);
    CHECK(quality_texts(reference, 81).size() == 4);
    reference.answers[1].usable = false;
    CHECK(quality_texts(reference, 80).size() == 3);
  }

  TEST_CASE("the figures say on whose prompts they stand") {
    Quality quality;
    CHECK(quality_text(quality).find("your prompts") == std::string::npos);
    quality.texts = workload_class;
    CHECK(quality_text(quality).find("of the answers to your prompts") != std::string::npos);
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
