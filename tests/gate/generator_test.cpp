#include "gate/generator.hpp"

#include "gate/prompt_set.hpp"
#include "gate/strict_json.hpp"
#include "gate/tool_check.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

using namespace sweetspot;

TEST_SUITE("gate/generator") {
  TEST_CASE("the same seed gives the same prompts, another seed others") {
    const std::vector<Prompt> prompts = generated_prompts(7, 11, 17);
    CHECK(prompts == generated_prompts(7, 11, 17));
    CHECK(prompt_set_digest(prompts) != prompt_set_digest(generated_prompts(8, 11, 17)));
  }

  TEST_CASE("the prompts of a seed are the same on every platform") {
    CHECK(prompt_set_digest(generated_prompts(1, 22, 34)) == "4f08108547eaec1a");
  }

  TEST_CASE("as many as asked for, text first, ids unique") {
    const std::vector<Prompt> prompts = generated_prompts(3, 5, 6);
    REQUIRE(prompts.size() == 11);
    std::set<std::string> ids;
    for (std::size_t i = 0; i < prompts.size(); ++i) {
      CHECK(ids.insert(prompts[i].id).second);
      CHECK((prompts[i].prompt_class == "tools") == (i >= 5));
    }
    CHECK(generated_prompts(3, 0, 0).empty());
  }

  TEST_CASE("more tool prompts of a seed begin with the same ones") {
    const std::vector<Prompt> few = generated_prompts(3, 0, 6);
    const std::vector<Prompt> many = generated_prompts(3, 4, 48);
    CHECK(std::equal(few.begin(), few.end(), many.begin() + 4));
  }

  TEST_CASE("every template is used before one is used again") {
    CHECK(tool_template_count() >= 10);
    std::set<std::string> tools_and_calls;
    for (const Prompt& prompt : generated_prompts(5, 0, tool_template_count())) {
      std::string shape = prompt.tools_json;
      for (const ExpectedCall& call : prompt.expect.calls) shape += call.name;
      CHECK(tools_and_calls.insert(shape).second);
    }
  }

  TEST_CASE("the calls that are called right fit the tools that are offered") {
    for (const Prompt& prompt : generated_prompts(11, 0, 300)) {
      CAPTURE(prompt.id);
      REQUIRE_FALSE(tools_problem(prompt.tools_json));
      CHECK(prompt.expect.no_calls == prompt.expect.calls.empty());
      RequestSample sample;
      sample.finish_reason = prompt.expect.calls.empty() ? "stop" : "tool_calls";
      for (const ExpectedCall& call : prompt.expect.calls)
        sample.calls.push_back({{}, call.name + std::to_string(sample.calls.size()), "function", call.name, call.arguments_json});
      CHECK(tool_faults(prompt, sample).empty());
      CHECK_FALSE(expectation_fault(prompt, sample));
    }
  }

  TEST_CASE("three hundred tool prompts hardly repeat each other") {
    std::set<std::string> texts;
    for (const Prompt& prompt : generated_prompts(2, 0, 300)) texts.insert(prompt.messages_json);
    CHECK(texts.size() >= 285);
  }

  TEST_CASE("text prompts are of several classes and sound") {
    std::set<std::string> classes;
    for (const Prompt& prompt : generated_prompts(4, text_template_count(), 0)) {
      classes.insert(prompt.prompt_class);
      CHECK(check_strict_json(prompt.messages_json).ok());
      CHECK(prompt.tools_json.empty());
    }
    CHECK(classes == std::set<std::string>{"code", "copy", "json", "prose", "reasoning"});
  }
}
