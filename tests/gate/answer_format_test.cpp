#include "gate/answer_format.hpp"

#include "gate/alignment.hpp"
#include "gate/check.hpp"
#include "gate/prompt_set.hpp"
#include "gate/rescore.hpp"
#include "support/answers.hpp"

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
    CHECK(fault(wrapped, R"({"age": 3, "age": 4})") == "");
    CHECK(fault(wrapped, R"({"age": 3} {)").find("no JSON document") != std::string::npos);
    CHECK(fault(wrapped, "{}").find("does not fit the schema") != std::string::npos);
    CHECK(fault(R"({"response_format": {"type": "json_object"}})", "{}") == "");
    CHECK(fault(R"({"response_format": {"type": "json_object", "schema": {"required": ["a"]}}})", "{}") != "");
    CHECK(fault(R"({"json_schema": {"required": ["a"]}})", "{}") != "");
  }

  TEST_CASE("of a text that was cut off only its beginning speaks") {
    CHECK(fault(wrapped, R"( {"age": )", "length") == "");
    CHECK(fault(wrapped, "", "length") == "");
    CHECK(fault(wrapped, "Nora is", "length").find("does not begin") != std::string::npos);
    CHECK(fault(wrapped, "[3", "length") != "");
    CHECK(fault(R"({"json_schema": {"type": "array"}})", "[3", "length") == "");
  }

  TEST_CASE("nothing is said where no form was asked for, or where only a grammar or a stop text knows") {
    CHECK(fault("", "any") == "");
    CHECK(fault(R"({"response_format": {"type": "text"}})", "any") == "");
    CHECK(fault(R"({"response_format": {"type": "structural_tag"}})", "any") == "");
    CHECK(fault(R"({"response_format": {"type": "json_object"}, "stop": "}"})", R"({"a": 1)") == "");
    CHECK(fault(R"({"grammar": "root ::= \"a\""})", "b") == "");
    CHECK(is_constrained(asked(R"({"grammar": "root ::= \"a\""})")));
    CHECK(is_constrained(asked(R"({"response_format": {"type": "structural_tag"}})")));
    CHECK(is_constrained(asked(wrapped)));
    for (const char* free : {R"({"response_format": {"type": "text"}})", R"({"response_format": null})", R"({"grammar": ""})",
                             R"({"json_schema": null})", R"({"stop": "x"})", ""})
      CHECK_FALSE(is_constrained(asked(free)));
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

  TEST_CASE("what is likelier than the chosen token was forbidden") {
    using Class = TokenJudgement::Class;
    const auto judged = [](TokenRecord record, std::int64_t candidate) {
      RequestSample sample;
      sample.tokens = {std::move(record)};
      drop_forbidden(sample);
      return judge_token(sample.tokens.front(), candidate, 0.5).classification;
    };
    const TokenRecord record{50, "{", -3.0, {{7, "Sure", -0.1}, {50, "{", -3.0}, {51, " {", -3.2}, {52, "[", -6.5}}};
    CHECK(judged(record, 50) == Class::agree);
    CHECK(judged(record, 51) == Class::tie);
    CHECK(judged(record, 52) == Class::miscommit);
    CHECK(judged(record, 7) == Class::miscommit);
    const TokenRecord free{50, "{", -0.1, {{50, "{", -0.1}, {7, "Sure", -0.4}}};  // the likeliest was chosen: nothing is known
    CHECK(judged(free, 7) == Class::tie);
    // A near tie may lie beyond the list: nothing speaks for a token that is not in it, or against it.
    const TokenRecord beyond{50, "{", -9.0, {{7, "Sure", -0.1}, {8, "I", -4.0}}};
    const TokenRecord near_end{50, "{", -3.0, {{7, "Sure", -0.1}, {50, "{", -3.0}, {51, " {", -3.2}}};
    for (const TokenRecord& short_list : {beyond, near_end}) CHECK(judged(short_list, 99) == Class::grey);
    CHECK(judged(beyond, 50) == Class::agree);
    TokenRecord without_ids = record;
    without_ids.id = -1;
    for (TokenAlternative& alternative : without_ids.top) alternative.id = -1;
    RequestSample sample;
    sample.tokens = {without_ids};
    drop_forbidden(sample);
    CHECK(sample.tokens.front().top.front().bytes == "{");
    CHECK(sample.tokens.front().top.size() == 3);
  }

  TEST_CASE("where texts of a form differ, the rest is not scored, and that is told") {
    Reference reference;
    reference.tie_margin = 0.5;
    reference.answers.push_back(reference_answer("form-1", answer("{ 3 }", " 4", 0.2)));
    reference.answers.front().prompt = asked(wrapped);
    reference.answers.front().prompt_tokens.clear();
    std::vector<CandidateAnswer> answers = {candidate_answer(answer("{ 4 }"))};
    CHECK(greedy_divergences(reference, answers).front().classification == "tie");
    const auto texts = rescore(Teacher{}, reference, answers, 1);
    REQUIRE(texts.size() == 1);
    CHECK(texts.front().unscored == Unscored::form);
    CHECK(texts.front().figures.tokens == 0);
    answers.front().streamed.text = reference.answers.front().streamed.text;  // what was not streamed differs
    CHECK(rescore(Teacher{}, reference, answers, 1).size() == 1);
    CHECK(rescore(Teacher{}, reference, {candidate_answer(answer("{ 3 }"))}, 1).empty());
  }

  TEST_CASE("the built-in prompts ask for forms only where the engine heeds them") {
    const auto forms = [](const std::vector<Prompt>& prompts) {
      return std::count_if(prompts.begin(), prompts.end(), is_constrained);
    };
    EngineDescriptor engine;
    CHECK(forms(gate_prompts(engine)) == 0);
    engine.protocol.structured_output = true;
    CHECK(forms(gate_prompts(engine)) == 3);
    CHECK(gate_prompts(engine).size() == gate_prompts().size());
  }
}
