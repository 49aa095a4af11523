// Prints how fast the model is on this machine: for people, not for a test.

#include "demo/model_support.hpp"
#include "gate/prompt_set.hpp"

#include <fmt/format.h>

#include <ctime>

int main() {
  // Processor time: others may be at work on the machine.
  const auto seconds_since = [](std::clock_t start) {
    return static_cast<double>(std::clock() - start) / static_cast<double>(CLOCKS_PER_SEC);
  };
  auto start = std::clock();
  const demo::LanguageModel model(demo::ModelSize::target);
  fmt::print("made in {:.3f} s, {} tokens in the vocabulary\n", seconds_since(start), model.vocabulary().size());
  double prompt_tokens = 0;
  double prompt_seconds = 0;
  double calls = 0;
  start = std::clock();
  for (int round = 0; round < 5; ++round) {
    for (const sweetspot::Prompt& prompt : sweetspot::gate_prompts()) {
      const auto begin = std::clock();
      prompt_tokens +=
          static_cast<double>(demo_test::sequence_of(model, demo_test::prompt_tokens(model.vocabulary(), prompt))->size());
      prompt_seconds += seconds_since(begin);
      calls += static_cast<double>(demo_test::generated(model, prompt).tokens.size());
    }
  }
  const double all = seconds_since(start);
  fmt::print("{:.0f} prompt tokens per second, {:.0f} calls of next() per second\n", prompt_tokens / prompt_seconds,
             calls / (all - 2 * prompt_seconds));
  return 0;
}
