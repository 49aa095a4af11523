#include "demo/model_support.hpp"
#include "gate/generator.hpp"
#include "gate/prompt_set.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

using namespace demo;

namespace {

struct Agreement {
  double prose = 0;
  double firm = 0;  ///< code, tools, copies
};

/// The share of the target's greedy tokens that the draft would have proposed, the target's text given.
Agreement agreement(const LanguageModel& target, const LanguageModel& draft) {
  std::vector<sweetspot::Prompt> prompts = sweetspot::gate_prompts();
  for (sweetspot::Prompt& prompt : sweetspot::generated_prompts(41, 11, 17)) prompts.push_back(std::move(prompt));
  std::map<bool, double> agreed;
  std::map<bool, double> all;
  for (const sweetspot::Prompt& prompt : prompts) {
    const bool prose = prompt.prompt_class == "prose";
    if (!prose && prompt.prompt_class != "code" && prompt.prompt_class != "tools" && prompt.prompt_class != "copy") continue;
    const auto sequence = demo_test::sequence_of(draft, demo_test::prompt_tokens(draft.vocabulary(), prompt));
    for (const Token token : demo_test::generated(target, prompt).tokens) {
      agreed[prose] += draft.next(*sequence, {}).choices[0].token == token ? 1 : 0;
      ++all[prose];
      sequence->append(token);
    }
  }
  return {agreed[true] / all[true], agreed[false] / all[false]};
}

}  // namespace

TEST_SUITE("demo/sizes") {
  TEST_CASE("a draft knows most of code and calls and somewhat less of prose, a weak one much less") {
    const LanguageModel target(ModelSize::target);
    const Agreement draft = agreement(target, LanguageModel(ModelSize::draft));
    CHECK(draft.firm > 0.80);
    CHECK(draft.firm < 0.96);
    CHECK(draft.prose > 0.62);
    CHECK(draft.prose < draft.firm);
    const Agreement weak = agreement(target, LanguageModel(ModelSize::weak_draft));
    CHECK(weak.firm > 0.30);
    CHECK(weak.firm < 0.52);
    CHECK(weak.prose > 0.15);
    CHECK(weak.prose < 0.55);
  }
}
