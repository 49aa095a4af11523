#include "demo/model_support.hpp"
#include "demo_engine/server/decoder.hpp"
#include "gate/prompt_set.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace demo;

namespace {

/// Decoding of all timed prompts that a score counts. The steps are the same on every machine; only their time differs.
struct Decoded {
  std::vector<StepShape> steps;
  std::vector<Token> tokens;
  int drafted = 0;
  int accepted = 0;
};

void decode(Engine& engine, const sweetspot::Prompt& prompt, Decoded& decoded) {
  const auto never = [] { return false; };
  DecodeRequest request;
  request.prompt = demo_test::prompt_tokens(engine.target.vocabulary(), prompt, engine.options.reasoning);
  request.sampler.temperature = 0;
  request.max_tokens = prompt.max_tokens;
  request.alternatives = -1;
  const SlotLease slot = engine.slots.take(request.prompt, never);
  RequestTraps traps(engine.traps, engine.options, engine.target.vocabulary(), engine.crossing, slot->number, {});
  Pacer pacer(engine.clock.time_scale(), never);
  Decoder decoder(engine, *slot, request, traps, pacer);
  decoder.read_prompt();
  while (decoder.end() == Decoder::End::none) {
    const Step step = decoder.next_step();
    StepShape shape;
    shape.width = step.drafted + 1;
    shape.drafted = step.drafted;
    shape.context = static_cast<double>(slot->target->size());
    decoded.steps.push_back(shape);
    decoded.drafted += step.drafted;
    decoded.accepted += step.accepted;
    for (const TokenRecord& record : step.tokens) decoded.tokens.push_back(record.token);
  }
}

const Decoded& decoded_at(int depth) {
  static std::map<int, Decoded> known;
  const auto [entry, fresh] = known.try_emplace(depth);
  if (!fresh) return entry->second;
  const Options options = parse_options({"--time-scale", "0", "--draft-depth", std::to_string(depth)});
  Engine engine(options, options);
  for (const sweetspot::Prompt& prompt : sweetspot::timed_prompts()) {
    if (prompt.prompt_class != "short" && prompt.prompt_class != "long")
      decode(engine, sweetspot::with_nonce(prompt, 1, 0), entry->second);
  }
  return entry->second;
}

double acceptance(int depth) {
  const Decoded& decoded = decoded_at(depth);
  return static_cast<double>(decoded.accepted) / decoded.drafted;
}

/// Tokens per second at that depth by those of plain decoding, by the machine's own clock without noise and heat.
double gain(const char* machine_name, int depth) {
  const auto rate = [&](const Decoded& decoded) {
    double ms = 0;
    for (const StepShape& shape : decoded.steps)
      ms += step_ms(machine(machine_name), model_profile("demo-27b"), shape) + delta_ms;
    return static_cast<double>(decoded.tokens.size()) / ms;
  };
  return rate(decoded_at(depth)) / rate(decoded_at(0));
}

}  // namespace

TEST_SUITE("demo/speed") {
  TEST_CASE("speculation of every depth gives the tokens of plain decoding") {
    for (const int depth : {1, 2, 3, 5, 8}) {
      CAPTURE(depth);
      CHECK(decoded_at(depth).tokens == decoded_at(0).tokens);
      CHECK(decoded_at(depth).accepted < decoded_at(depth).drafted);
    }
  }

  TEST_CASE("the draft is as often right as the step costs of the machines were fitted with") {
    for (const auto& [depth, fitted] : {std::pair{1, 0.88}, std::pair{2, 0.82}, std::pair{3, 0.76}, std::pair{5, 0.67}}) {
      CAPTURE(depth);
      CHECK(acceptance(depth) > fitted - 0.04);
      CHECK(acceptance(depth) < fitted + 0.04);
    }
  }

  TEST_CASE("an M5 Pro is fastest at depth 3: 1.88 times as fast as without, and a fifth or sixth faster than at 5") {
    CHECK(gain("m5-pro", 3) > 1.82);
    CHECK(gain("m5-pro", 3) < 1.94);
    CHECK(gain("m5-pro", 3) / gain("m5-pro", 5) > 1.15);
    CHECK(gain("m5-pro", 3) / gain("m5-pro", 5) < 1.25);
    for (const int depth : {1, 2, 5, 8}) CHECK(gain("m5-pro", 3) > gain("m5-pro", depth));
  }

  TEST_CASE("an M5 Max is fastest at depth 5, by 10 to 22 % before depth 3") {
    CHECK(gain("m5-max", 5) / gain("m5-max", 3) > 1.10);
    CHECK(gain("m5-max", 5) / gain("m5-max", 3) < 1.22);
    for (const int depth : {1, 2, 3, 8}) CHECK(gain("m5-max", 5) > gain("m5-max", depth));
  }

  TEST_CASE("an M2 Pro is fastest without speculation") {
    for (const int depth : {1, 2, 3, 5, 8}) {
      CAPTURE(depth);
      CHECK(gain("m2-pro", depth) < 1.0);
    }
  }
}
