#include "gate/answer_format.hpp"

#include "gate/alignment.hpp"
#include "gate/check.hpp"
#include "gate/prompt_set.hpp"
#include "gate/rescore.hpp"
#include "support/answers.hpp"
#include "support/interrupts.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace sweetspot;
using namespace sweetspot::testing;

namespace {

constexpr const char* wrapped =
    R"({"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object", "properties": {"age": {"type": "integer"}}, "required": ["age"]}}}})";

Prompt asked(const std::string& extra) {
  Prompt prompt;
  prompt.id = "form-1";
  prompt.prompt_class = "form";
  prompt.messages_json = R"([{"role":"user","content":"go on"}])";
  prompt.extra_json = extra;
  return prompt;
}

std::string fault(const std::string& extra, const std::string& text, const std::string& finish_reason = "stop") {
  RequestSample sample = answer(text);
  sample.finish_reason = finish_reason;
  return format_fault(asked(extra), sample).value_or("");
}

}  // namespace

TEST_SUITE("gate/answer_format") {
  TEST_CASE("a text that was asked for as JSON is one document, and fits its schema") {
    CHECK(fault(wrapped, R"({"age": 3})") == "");
    CHECK(fault(wrapped, R"(Here: {"age": 3})").find("no JSON document") != std::string::npos);
    CHECK(fault(wrapped, R"({"age": "3"})").find("/age") != std::string::npos);
    CHECK(fault(wrapped, R"({"age": 3, "age": 4})").find("no JSON document") != std::string::npos);
    CHECK(fault(wrapped, "{}").find("does not fit the schema") != std::string::npos);
    CHECK(fault(R"({"response_format": {"type": "json_object"}})", "{}") == "");
    CHECK(fault(R"({"response_format": {"type": "json_object", "schema": {"required": ["a"]}}})", "{}") != "");
    CHECK(fault(R"({"json_schema": {"required": ["a"]}})", "{}") != "");
  }

  TEST_CASE("nothing is said where it was cut, where no form was asked for, or where only a grammar knows") {
    CHECK(fault(wrapped, R"({"age": )", "length") == "");
    CHECK(fault("", "any") == "");
    CHECK(fault(R"({"response_format": {"type": "text"}})", "any") == "");
    CHECK(fault(R"({"grammar": "root ::= \"a\""})", "b") == "");
    CHECK(is_constrained(asked(R"({"grammar": "root ::= \"a\""})")));
    CHECK(is_constrained(asked(wrapped)));
    CHECK_FALSE(is_constrained(asked(R"({"response_format": {"type": "text"}})")));
    CHECK_FALSE(is_constrained(asked(R"({"stop": "x"})")));
    CHECK_FALSE(is_constrained(asked("")));
  }

  TEST_CASE("a form that cannot be used is told") {
    CHECK_FALSE(format_problem(wrapped));
    CHECK_FALSE(format_problem(""));
    CHECK(format_problem(R"({"response_format": {"type": "xml"}})") == "response_format has the type \"xml\"");
    CHECK(format_problem(R"({"response_format": {"type": "json_object", "schema": {"type": 7}}})"));
    CHECK_THROWS(
        workload_from_text(R"({"messages": [{"role": "user", "content": "x"}], "response_format": {"type": "xml"}})", "w"));
  }

  TEST_CASE("a candidate that ignores the form is broken, unless the reference does so, too") {
    ReferenceAnswer reference = reference_answer("form-1", answer(R"({"age": 3})"));
    reference.prompt = asked(wrapped);
    CandidateAnswer candidate = candidate_answer(answer("three"));
    const auto found = check_format({reference, candidate, 0.5});
    REQUIRE(found);
    CHECK(found->observed == "three");
    CHECK(check_format({reference, candidate_answer(answer(R"({"age": 4})")), 0.5}) == std::nullopt);
    reference.streamed.text = reference.plain.text = "four";
    CHECK(check_format({reference, candidate, 0.5}) == std::nullopt);
    const auto rows = prompt_checks();
    CHECK(std::any_of(rows.begin(), rows.end(), [](const PromptCheckRow& row) { return row.check == check_format; }));
  }

  TEST_CASE("what a grammar forbids is no better choice: margins are those of what was chosen") {
    TokenRecord record{50, "{", -3.0, {{7, "Sure", -0.1}, {50, "{", -3.0}, {51, " {", -3.2}, {52, "[", -6.5}}};
    CHECK(judge_token(record, 50, 0.5).classification == TokenJudgement::Class::agree);
    CHECK(judge_token(record, 51, 0.5).classification == TokenJudgement::Class::tie);
    CHECK(judge_token(record, 52, 0.5).classification == TokenJudgement::Class::miscommit);
    record.top.erase(record.top.begin() + 1);  // chosen from beyond the list
    CHECK(judge_token(record, 51, 0.5).classification == TokenJudgement::Class::tie);
  }

  TEST_CASE("where texts of a form differ, the rest is not scored, and that is told") {
    Reference reference;
    reference.tie_margin = 0.5;
    reference.answers.push_back(reference_answer("form-1", answer("{ 3 }", " 4", 0.2)));
    reference.answers.front().prompt = asked(wrapped);
    const std::vector<CandidateAnswer> answers = {candidate_answer(answer("{ 4 }"))};
    CHECK(greedy_divergences(reference, answers).front().classification == "tie");
    const auto texts = rescore({}, reference, answers, 1, NeverInterrupted{});
    REQUIRE(texts.size() == 1);
    CHECK(texts.front().constrained);
    CHECK(texts.front().figures.tokens == 0);
  }

  TEST_CASE("the built-in prompts ask for forms only where the engine heeds them") {
    const auto forms = [](const std::vector<Prompt>& prompts) {
      return std::count_if(prompts.begin(), prompts.end(), is_constrained);
    };
    CHECK(forms(gate_prompts(true)) == 3);
    CHECK(forms(gate_prompts(false)) == 0);
    CHECK(gate_prompts(true).size() == gate_prompts(false).size() + 3);
  }
}
