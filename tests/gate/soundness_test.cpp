#include "gate/reference.hpp"

#include "support/answers.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sweetspot;
using namespace sweetspot::testing;

namespace {

std::vector<ReferenceAnswer> sound_answers(int count) {
  std::vector<ReferenceAnswer> answers;
  for (int i = 0; i < count; ++i) {
    std::string text = "chapter";
    for (int word = 0; word < 90; ++word)
      text += " word" + std::to_string(i) + "x" + std::to_string(word * 7919 % 97) + std::to_string(word);
    answers.push_back(reference_answer("prose-" + std::to_string(i), answer(text)));
  }
  return answers;
}

Reference qualified_now(std::vector<ReferenceAnswer> answers) {
  return qualified(std::move(answers), "key", 0.5, ChatTemplate::present);
}

}  // namespace

TEST_SUITE("gate/soundness") {
  TEST_CASE("sound answers are usable") {
    const Reference reference = qualified_now(sound_answers(10));
    CHECK_FALSE(unsound_reason(reference));
    CHECK(reference.summary.dropped.empty());
    CHECK(reference.has_logprobs);
  }

  TEST_CASE("the plain speed is that of what arrives, also where the engine gives no timings") {
    auto answers = sound_answers(10);
    for (auto& answer : answers) {
      for (int i = 0; i < 92; ++i) answer.streamed.chunks.push_back({10.0 * i, 8});
    }
    CHECK(qualified_now(answers).decode_tokens_per_second == doctest::Approx(100).epsilon(0.02));
  }

  TEST_CASE("text that is lost between model and stream makes engine and model unsound") {
    auto answers = sound_answers(10);
    for (auto& answer : answers) answer.streamed.text.resize(answer.streamed.text.size() - 5);
    const Reference reference = qualified_now(answers);
    REQUIRE(unsound_reason(reference));
    REQUIRE_FALSE(reference.summary.findings.empty());
    CHECK(reference.summary.findings.front().code == "stream_differs");
    CHECK(reference.summary.findings.front().evidence);
  }

  TEST_CASE("counts that do not fit the text are unsound: every speed would rest on them") {
    auto answers = sound_answers(10);
    for (auto& answer : answers) answer.streamed.usage.completion_tokens = 2 * *answer.streamed.usage.completion_tokens;
    CHECK(unsound_reason(qualified_now(answers)));
  }

  TEST_CASE("too few sound prompts are an end, not a pass") { CHECK(unsound_reason(qualified_now(sound_answers(7)))); }

  TEST_CASE("a class that the model itself fails is not verified, the rest stays usable") {
    auto answers = sound_answers(10);
    for (int i = 0; i < 4; ++i) {
      ReferenceAnswer tools = reference_answer("tools-" + std::to_string(i), answer("the weather is fine"));
      tools.prompt.prompt_class = "tools";
      tools.prompt.tools_json = R"([{"type":"function","function":{"name":"get_weather","parameters":{"type":"object"}}}])";
      tools.prompt.expect.calls = {{"get_weather", R"({"city":"Rome"})"}};
      answers.push_back(tools);
    }
    const Reference reference = qualified_now(answers);
    CHECK_FALSE(unsound_reason(reference));
    CHECK(reference.summary.not_verified == std::vector<std::string>{"tools"});
    CHECK(reference.summary.dropped.size() == 4);
  }

  TEST_CASE("an engine that ignores the form that is asked for is told, and only those prompts are left out") {
    auto answers = sound_answers(10);
    answers[0].prompt.extra_json = R"({"response_format": {"type": "json_object"}})";
    const Reference reference = qualified_now(answers);
    CHECK_FALSE(unsound_reason(reference));
    REQUIRE(reference.summary.dropped.size() == 1);
    CHECK_FALSE(reference.answers[0].usable);
    const auto& findings = reference.summary.findings;
    CHECK(std::any_of(findings.begin(), findings.end(), [](const Finding& finding) { return finding.code == "form_ignored"; }));
    answers[0].prompt.extra_json.clear();
    CHECK(qualified_now(answers).summary.dropped.empty());
  }

  TEST_CASE("a fact far back that the model does not find itself leaves the class not verified, and the text compared") {
    auto answers = sound_answers(10);
    answers[0].prompt.prompt_class = "depth";
    answers[0].prompt.expect.contains = {"the blue key"};
    Reference reference = qualified_now(answers);
    CHECK(reference.answers[0].usable);
    CHECK(reference.summary.not_verified == std::vector<std::string>{"depth"});
    REQUIRE(reference.summary.dropped.size() == 1);
    CHECK(reference.summary.dropped[0].reason.find("its text is compared") != std::string::npos);
    answers[0].prompt.expect.contains = {"chapter"};
    CHECK(qualified_now(answers).summary.not_verified.empty());
  }

  TEST_CASE("a missing chat template is told") {
    const Reference reference = qualified(sound_answers(10), "key", 0.5, ChatTemplate::missing);
    REQUIRE(reference.summary.findings.size() == 1);
    CHECK(reference.summary.findings[0].code == "no_chat_template");
    CHECK_FALSE(unsound_reason(reference));
  }
}
