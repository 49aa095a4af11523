// A parameter that does nothing must not be recommended, however noisy the machine is (measurement.md "Order beats sample
// count"). SWEETSPOT_LONG_TESTS=1 makes five studies of it instead of one.
#include "live/engines_here.hpp"
#include "support/program.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <string>

using namespace sweetspot::testing;

TEST_SUITE("live") {
  TEST_CASE("a batch size that short prompts never fill is not recommended") {
    SKIP_WHERE(missing_llama());
    const int studies = std::getenv("SWEETSPOT_LONG_TESTS") != nullptr ? 5 : 1;
    for (int seed = 1; seed <= studies; ++seed) {
      CAPTURE(seed);
      const Outcome outcome =
          sweetspot_run("tune llama-server -q -m '" + gguf_model("draft-Q8_0.gguf").string() +
                        "' --param batch=2048,1024 --goal decode --budget 75s --json --seed " + std::to_string(seed));
      REQUIRE(outcome.exit_code == 0);
      const auto recommendation = nlohmann::json::parse(outcome.out).at("recommendation");
      CHECK(recommendation.at("kind") == "keep_default");
      MESSAGE(recommendation.at("reason").get<std::string>());
    }
  }
}
