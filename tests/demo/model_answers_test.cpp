#include "demo/model_support.hpp"
#include "gate/generator.hpp"
#include "gate/prompt_set.hpp"
#include "gate/tool_check.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace demo;
using demo_test::asked;
using demo_test::generated;
using sweetspot::Prompt;

namespace {

struct Share {
  int right = 0;
  int all = 0;
};

/// Among the prompts whose right answer is known.
Share share_right(const LanguageModel& model, const std::vector<Prompt>& prompts) {
  Share share;
  for (const Prompt& prompt : prompts) {
    if (prompt.expect == sweetspot::Expectation{}) continue;
    const auto fault = sweetspot::expectation_fault(prompt, generated(model, prompt).sample);
    if (fault) MESSAGE(prompt.id, ": ", *fault);
    ++share.all;
    share.right += fault ? 0 : 1;
  }
  return share;
}

Prompt with_tools(Prompt prompt, const std::string& functions) {
  prompt.tools_json = functions;
  return prompt;
}

constexpr const char* remind_tool =
    R"([{"type":"function","function":{"name":"add_reminder","description":"Remind a person of something",
    "parameters":{"type":"object","properties":{"person":{"type":"string","description":"Who"},
    "date":{"type":"string","description":"Date as YYYY-MM-DD"},"note":{"type":"string","description":"Text of the reminder"}},
    "required":["person","date","note"]}}}])";

}  // namespace

TEST_SUITE("demo/answers") {
  TEST_CASE("the gate's own prompts are answered rightly") {
    const LanguageModel model(ModelSize::target);
    const Share share = share_right(model, sweetspot::gate_prompts());
    CHECK(share.all > 30);
    CHECK(share.right * 100 >= share.all * 95);
  }

  TEST_CASE("prompts that nobody has seen are answered rightly") {
    const LanguageModel model(ModelSize::target);
    for (const std::uint64_t seed : {11U, 12U, 13U}) {
      const Share share = share_right(model, sweetspot::generated_prompts(seed, 44, 100));
      CHECK(share.all > 100);
      CHECK(share.right * 100 >= share.all * 95);
    }
  }

  TEST_CASE("calls fit their tools") {
    const LanguageModel model(ModelSize::target);
    for (const Prompt& prompt : sweetspot::generated_prompts(21, 0, 60)) {
      CAPTURE(prompt.id);
      CHECK(sweetspot::tool_faults(prompt, generated(model, prompt).sample).empty());
    }
  }

  TEST_CASE("a tool that is in no prompt set is filled from its schema") {
    const LanguageModel model(ModelSize::target);
    const Prompt prompt = with_tools(asked("Please remind Marta on 2031-04-02 with the note \"Bring the keys\"."), remind_tool);
    const auto answer = generated(model, prompt);
    REQUIRE(answer.sample.calls.size() == 1);
    CHECK(answer.sample.calls[0].arguments == R"({"person": "Marta", "date": "2031-04-02", "note": "Bring the keys"})");
  }

  TEST_CASE("a call is made when one is required, though none is needed") {
    const LanguageModel model(ModelSize::target);
    Prompt prompt = with_tools(asked("What is the capital of Norway?"), remind_tool);
    CHECK(generated(model, prompt).sample.calls.empty());
    prompt.messages_json =
        R"([{"role":"system","content":"Call a tool."},{"role":"user","content":"What is the capital of Norway?"}])";
    CHECK(generated(model, prompt).sample.calls.size() == 1);
  }

  TEST_CASE("thoughts come before the answer when they are asked for") {
    const LanguageModel model(ModelSize::target);
    const auto answer = generated(model, asked("What is 30 + 12?"), {.reasoning = true});
    CHECK(answer.sample.reasoning.size() > 40);
    CHECK(answer.sample.text.find("42") != std::string::npos);
    CHECK(answer.sample.finish_reason == "stop");
    CHECK(generated(model, asked("What is 30 + 12?")).sample.reasoning.empty());
  }

  TEST_CASE("a code is found again after sixteen thousand tokens") {
    const LanguageModel model(ModelSize::target);
    std::string text = "Read this.\n\nThe secret code of Marlow is 48-HERON-7.\n";
    for (int day = 1; day < 1000; ++day)
      text += "Day " + std::to_string(day) + ". Fog lay on the water, and Otto painted the boat.\n";
    for (const char* question : {"What is the secret code of Marlow?", "Please tell me the secret code of Marlow."}) {
      const Prompt prompt = asked(text + "\n" + question);
      CHECK(demo_test::prompt_tokens(model.vocabulary(), prompt).size() > 16000);
      CHECK(generated(model, prompt).sample.text.find("48-HERON-7") != std::string::npos);
    }
  }

  TEST_CASE("a tool is called after a long text") {
    const LanguageModel model(ModelSize::target);
    std::string text = "Read this.\n\n";
    for (int day = 1; day < 1000; ++day)
      text += "Day " + std::to_string(day) + ". Fog lay on the water, and Otto set a timer and then painted the boat.\n";
    Prompt prompt = sweetspot::generated_prompts(51, 0, 17).front();
    for (const Prompt& other : sweetspot::generated_prompts(51, 0, 17)) {
      if (other.messages_json.find("Set a timer") != std::string::npos) prompt = other;
    }
    prompt.messages_json = asked(text + "\nSet a timer for 25 minutes.").messages_json;
    const auto answer = generated(model, prompt);
    REQUIRE(answer.sample.calls.size() == 1);
    CHECK(answer.sample.calls[0].arguments == R"({"minutes": 25})");
  }

  TEST_CASE("stories, explanations and code are as long as such answers are, and do not repeat themselves") {
    const LanguageModel model(ModelSize::target);
    for (const Prompt& prompt : sweetspot::generated_prompts(31, 33, 0)) {
      if (prompt.prompt_class != "prose" && prompt.prompt_class != "code") continue;
      CAPTURE(prompt.id);
      const auto answer = generated(model, prompt);
      CHECK(answer.tokens.size() >= 70);
      const std::string& text = answer.sample.text;
      const std::string end = text.substr(text.size() - std::min<std::size_t>(80, text.size()));
      CHECK(text.find(end) == text.size() - end.size());
    }
  }

  TEST_CASE("a long text goes on for a thousand tokens without a loop") {
    const LanguageModel model(ModelSize::target);
    const auto sequence =
        demo_test::sequence_of(model, demo_test::prompt_tokens(model.vocabulary(), asked("Write a long story about a mill.")));
    std::string text;
    for (int i = 0; i < 1000; ++i) {
      const Distribution distribution = model.next(*sequence, {});
      // Never the end of the turn: the best of the others.
      const bool end = distribution.choices[0].token == model.vocabulary().end_of_turn();
      const Token token = distribution.choices[end ? 1 : 0].token;
      sequence->append(token);
      text += model.vocabulary().piece(token);
    }
    const std::string tail = text.substr(text.size() - 100);
    CHECK(text.find(tail) == text.size() - tail.size());
  }
}
