#include "run/self_test.hpp"

#include <doctest/doctest.h>

using namespace sweetspot;

namespace {

EngineDescriptor described() {
  EngineDescriptor engine;
  engine.name = "other";
  engine.protocol.usage_pointer = "/usage";
  engine.protocol.timings_pointer = "/timings";
  engine.protocol.logprobs_json = "{}";
  engine.proven = {{"1.0", "live"}, {"1.1", "transcript"}};
  return engine;
}

Observation seen(double rate) {
  Observation observation;
  observation.decode_tokens_per_second = rate;
  observation.protocol = described().protocol;
  return observation;
}

}  // namespace

TEST_SUITE("run/self_test") {
  TEST_CASE("a version that nobody has run is tested first, and an engine with models of its own never") {
    EngineDescriptor engine = described();
    CHECK_FALSE(needs_self_test(engine, "1.0"));
    CHECK_FALSE(needs_self_test(engine, "1.1"));
    CHECK(needs_self_test(engine, "2.0"));
    engine.identity.models = {"toy"};
    CHECK_FALSE(needs_self_test(engine, "2.0"));
  }

  TEST_CASE("what is described and kept, and what is not, is told, and what was never promised is not") {
    Observation observation = seen(10);
    observation.protocol.timings_pointer.clear();
    const std::string text = self_test_text(described(), "2.0", observation);
    CHECK(text.find("version 2.0: it gives answers, token counts, log probabilities") != std::string::npos);
    CHECK(text.find("not seen: timings") != std::string::npos);
    CHECK(text.find("token ids") == std::string::npos);
  }

  TEST_CASE("answers that cannot be measured fail it") {
    CHECK_FALSE(self_test_failure(seen(10)));
    CHECK(self_test_failure(seen(0)));
  }
}
