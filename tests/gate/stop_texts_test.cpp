#include "gate/stop_texts.hpp"

#include "gate/alignment.hpp"
#include "gate/check.hpp"
#include "gate/reference.hpp"
#include "gate/rescore.hpp"
#include "support/answers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace sweetspot;
using namespace sweetspot::testing;

namespace {

constexpr const char* said = "the fox went home over the hill";

Prompt stopped_prompt(const std::string& extra) {
  Prompt prompt = reference_answer("stop-1", answer(said)).prompt;
  prompt.prompt_class = "stop";
  prompt.extra_json = extra;
  return prompt;
}

/// As llama-server answers: the tokens of the stop text are counted and not listed.
RequestSample stopped_answer(const std::string& text) {
  RequestSample sample = answer(text);
  sample.tokens.pop_back();  // no end was chosen
  sample.usage.completion_tokens = *sample.usage.completion_tokens + 2;
  return sample;
}

struct Pair {
  ReferenceAnswer reference = reference_answer("stop-1", stopped_answer(said));
  CandidateAnswer candidate = candidate_answer(stopped_answer(said));

  Pair() { reference.prompt = stopped_prompt(R"({"stop": [" before"]})"); }
  PromptCase prompt_case() const { return {reference, candidate, 0.5}; }
};

std::string detail(const std::optional<Evidence>& evidence) { return evidence ? evidence->detail : ""; }

Reference qualified_with(const ReferenceAnswer& last) {
  std::vector<ReferenceAnswer> answers;
  for (int i = 0; i < 10; ++i) {
    std::string text = "chapter";
    for (int word = 0; word < 90; ++word) text += " word" + std::to_string(100 * i + word);
    answers.push_back(reference_answer("prose-" + std::to_string(i), answer(text)));
  }
  answers.push_back(last);
  answers.push_back(last);
  return qualified(std::move(answers), "key", 0.5, ChatTemplate::present);
}

}  // namespace

TEST_SUITE("gate/stop_texts") {
  TEST_CASE("stop is a text or a list of texts") {
    CHECK(stop_texts(stopped_prompt("")).empty());
    CHECK(stop_texts(stopped_prompt(R"({"tool_choice": "none"})")).empty());
    CHECK(stop_texts(stopped_prompt(R"({"stop": "one"})")) == std::vector<std::string>{"one"});
    CHECK(stop_texts(stopped_prompt(R"({"stop": ["one", "", 2, "three"]})")) == std::vector<std::string>{"one", "three"});
    CHECK(stop_texts(stopped_prompt(R"({"stop": null})")).empty());
    CHECK(overlooked_stop(stopped_prompt(R"({"stop": ["hen", "fox"]})"), said) == "fox");
    CHECK(overlooked_stop(stopped_prompt(R"({"stop": ["hen"]})"), said).empty());
  }

  TEST_CASE("tokens of a stop text may be counted and not listed, or drafted beyond it") {
    Pair pair;
    CHECK(lists_every_token(pair.reference.prompt, pair.reference.plain));
    CHECK_FALSE(check_conservation(pair.prompt_case()));
    pair.candidate.streamed.usage.completion_tokens = *pair.candidate.streamed.usage.completion_tokens + 3;
    CHECK_FALSE(check_conservation(pair.prompt_case()));
    pair.candidate.plain->tokens.pop_back();
    CHECK_FALSE(check_conservation(pair.prompt_case()));
    pair.reference.prompt.extra_json.clear();
    CHECK(detail(check_conservation(pair.prompt_case())) == "the same text has another token count");
  }

  TEST_CASE("text that ends before its stop text is a miscommit, also where tokens of the reference are missing") {
    Reference reference;
    reference.tie_margin = 0.5;
    Pair pair;
    SUBCASE("all are listed") {}
    SUBCASE("the list took one of the answer with it") { pair.reference.plain.tokens.pop_back(); }
    reference.answers.push_back(pair.reference);
    CHECK(greedy_divergences(reference, {pair.candidate}).empty());
    pair.candidate.streamed = stopped_answer("the fox went home over");
    pair.candidate.plain.reset();
    const auto divergences = greedy_divergences(reference, {pair.candidate});
    REQUIRE(divergences.size() == 1);
    CHECK(divergences.front().classification == "miscommit");
  }

  TEST_CASE("text that ends early since a near tie begins its stop text is a tie, streamed and not") {
    struct Row {
      const char* runner_up;
      double margin;
      const char* expected;
    };
    const auto with_runner_up = [](const std::string& text, const Row& row) {
      RequestSample sample = answer(text, row.runner_up, row.margin);
      sample.tokens.pop_back();
      return sample;
    };
    for (const Row& row : {Row{" bef", 0.1, "tie"}, Row{" bef", 4, "miscommit"}, Row{" behind", 0.1, "miscommit"}}) {
      CAPTURE(row.runner_up);
      CAPTURE(row.margin);
      Reference reference;
      reference.tie_margin = 0.5;
      Pair pair;
      pair.reference.plain = with_runner_up(said, row);
      reference.answers.push_back(pair.reference);
      pair.candidate = candidate_answer(with_runner_up("the fox went home over", row));
      CHECK(greedy_divergences(reference, {pair.candidate}).front().classification == row.expected);
      pair.candidate.plain.reset();
      CHECK(greedy_divergences(reference, {pair.candidate}).front().classification == row.expected);
    }
  }

  TEST_CASE("text that goes on past a stop text is broken, in either form") {
    Pair pair;
    CHECK_FALSE(check_protocol(pair.prompt_case()));
    const std::string beyond = std::string(said) + " before it was dark";
    SUBCASE("streamed") { pair.candidate.streamed.text = beyond; }
    SUBCASE("not streamed") { pair.candidate.plain->text = beyond; }
    const auto fault = check_protocol(pair.prompt_case());
    REQUIRE(fault);
    CHECK(fault->detail.find("goes on where \" before\" was to stop it") != std::string::npos);
    CHECK(fault->observed.find("before it was dark") != std::string::npos);
  }

  TEST_CASE("a stop text may come before the answer where the thoughts are others") {
    Pair pair;
    pair.reference.streamed.reasoning = "let me think";
    pair.candidate.plain.reset();
    pair.candidate.streamed.text.clear();
    pair.candidate.streamed.reasoning = "let me see before";
    CHECK_FALSE(check_detectors(pair.prompt_case()));
    pair.candidate.streamed.reasoning = pair.reference.streamed.reasoning;
    CHECK(detail(check_detectors(pair.prompt_case())).find("missing beside the thoughts") != std::string::npos);
  }

  TEST_CASE("an engine that overlooks stop texts as it comes is told of, and its other answers are of use") {
    Pair pair;
    ReferenceAnswer& reference = pair.reference;
    std::string code = "stop_overlooked";
    SUBCASE("it heeds them") { code.clear(); }
    SUBCASE("it goes on") { reference.streamed.text = reference.plain.text = std::string(said) + " before it was dark"; }
    SUBCASE("it goes on where it streams") {
      reference.streamed.text = std::string(said) + " be";
      code = "stop_differs";
    }
    const Reference qualified = qualified_with(reference);
    CHECK_FALSE(unsound_reason(qualified));
    CHECK(qualified.summary.dropped.size() == (code.empty() ? 0 : 2));
    REQUIRE(qualified.summary.findings.size() == (code.empty() ? 0 : 1));
    if (!code.empty()) CHECK(qualified.summary.findings.front().code == code);
    const auto& left = qualified.summary.not_verified;
    CHECK((std::find(left.begin(), left.end(), "stop") != left.end()) == !code.empty());
  }

  TEST_CASE("a stop text within the thoughts leaves no answer, which is no finding") {
    Pair pair;
    for (RequestSample* sample : {&pair.reference.streamed, &pair.reference.plain}) {
      sample->reasoning = sample->text;
      sample->text.clear();
    }
    const Reference qualified = qualified_with(pair.reference);
    CHECK(qualified.summary.findings.empty());
    CHECK(qualified.summary.dropped.size() == 2);
    CHECK_FALSE(unsound_reason(qualified));
  }
}
