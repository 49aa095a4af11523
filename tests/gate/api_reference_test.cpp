#include "gate/api_reference.hpp"

#include "backends/request_parts.hpp"
#include "gate/api_verdict.hpp"
#include "gate/prompt_set.hpp"
#include "gate/tool_check.hpp"
#include "support/answers.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sweetspot;
using namespace sweetspot::testing;

namespace {

Reference chat_with(const std::vector<std::pair<std::string, int>>& classes) {
  Reference chat;
  chat.has_logprobs = true;
  chat.tie_margin = 0.5;
  for (const auto& [name, count] : classes) {
    for (int i = 0; i < count; ++i) {
      chat.answers.push_back(reference_answer(name + "-" + std::to_string(i), answer("the fox ran home")));
      chat.answers.back().prompt.prompt_class = name;
    }
  }
  return chat;
}

std::vector<std::string> ids(const std::vector<Prompt>& prompts) {
  std::vector<std::string> ids;
  ids.reserve(prompts.size());
  for (const Prompt& prompt : prompts) ids.push_back(prompt.id);
  return ids;
}

Interview same_answers(const Reference& reference) {
  Interview interview;
  for (std::size_t i = 0; i < reference.answers.size(); ++i) {
    interview.answers.push_back(candidate_answer(reference.answers[i].plain));
    interview.answers.back().reference_index = i;
  }
  return interview;
}

RequestSample with_call(const std::string& arguments) {
  RequestSample sample;
  sample.calls.push_back({0, "c", "function", "get", arguments});
  return sample;
}

Verdict verdict(Outcome outcome, const std::string& check) {
  Verdict verdict;
  verdict.outcome = outcome;
  verdict.check = check;
  verdict.detail = "seen";
  verdict.prompts_compared = 3;
  return verdict;
}

}  // namespace

TEST_SUITE("gate/api_reference") {
  TEST_CASE("an API is asked the first tool prompts, some of the rest to the last, and some texts of each class") {
    Reference chat = chat_with({{"tools", 22}, {"prose", 5}, {"copy", 3}, {"depth", 2}});
    chat.answers[1].usable = false;  // of no use over chat either
    const auto asked = ids(api_prompts(chat));
    const auto has = [&](const std::string& id) { return std::find(asked.begin(), asked.end(), id) != asked.end(); };
    CHECK(asked.size() == 10 + 1 + 2);
    CHECK(has("tools-0"));
    CHECK_FALSE(has("tools-1"));
    CHECK(has("tools-2"));
    CHECK(has("tools-3"));
    CHECK(has("tools-21"));
    CHECK(has("prose-0"));
    CHECK(has("copy-1"));
    CHECK_FALSE(has("depth-0"));
    CHECK(ids(api_prompts(chat_with({{"tools", 4}}))).size() == 4);
  }

  TEST_CASE("what is chosen of the built-in prompts can be asked over every API") {
    for (const Prompt& prompt : api_prompts(gate_prompts())) {
      CAPTURE(prompt.id);
      CHECK_NOTHROW(request_parts::tool_choice(prompt, Api::messages));
      CHECK_NOTHROW(request_parts::tool_choice(prompt, Api::responses));
    }
  }

  TEST_CASE("calls are compared by their values, broken ones byte by byte") {
    CHECK(same_calls(with_call(R"({"a": 1, "b": 2})"), with_call(R"({"b":2,"a":1})")));
    CHECK_FALSE(same_calls(with_call(R"({"a": 1})"), with_call(R"({"a":2})")));
    CHECK_FALSE(same_calls(with_call(R"({"a": 1)"), with_call(R"({"a":1})")));
    CHECK(same_calls(with_call(R"({"a": 1)"), with_call(R"({"a": 1)")));
  }

  TEST_CASE("what was answered over chat, too, word for word, is judged there, what was damaged on the way is not") {
    const Reference chat = chat_with({{"prose", 3}});
    const Reference& over_api = chat;
    Interview chat_answers = same_answers(chat);
    Interview api_answers = same_answers(over_api);
    chat_answers.answers[0] = candidate_answer(answer("the vixen ran home"));
    api_answers.answers[0] = candidate_answer(answer("the vixen ran home"));
    api_answers.answers[1] = candidate_answer(answer("the vixen ran home"));
    api_answers.answers[1].reference_index = 1;
    set_aside_known(over_api, chat, chat_answers, api_answers);
    REQUIRE(api_answers.answers.size() == 2);
    CHECK(api_answers.answers[0].reference_index == 1);

    Interview cut = same_answers(over_api);
    cut.answers[0] = chat_answers.answers[0];
    cut.answers[0].streamed.protocol_faults = {"no message_stop at the end"};
    set_aside_known(over_api, chat, chat_answers, cut);
    CHECK(cut.answers.size() == 3);
  }

  TEST_CASE("the worse verdict decides, and names its API") {
    Verdict both = verdict(Outcome::pass, "G6");
    Verdict broken = verdict(Outcome::broken, "G3");
    broken.evidence = Evidence{"tools-01", "a", "b", "no message_stop"};
    broken.not_verified = {"tools"};
    broken.checks = {{"G3", Outcome::broken, "1 of 3 prompts"}};
    add_api(Api::responses, verdict(Outcome::pass, "G6"), both);
    CHECK(both.outcome == Outcome::pass);
    CHECK(both.api.empty());
    add_api(Api::messages, broken, both);
    CHECK(both.outcome == Outcome::broken);
    CHECK(both.check == "G3");
    CHECK(both.api == "messages");
    CHECK(both.detail == "messages: seen");
    CHECK(both.evidence->detail == "messages: no message_stop");
    CHECK(both.not_verified == std::vector<std::string>{"messages: tools"});
    CHECK(both.apis ==
          std::vector<ApiVerdict>{{"responses", Outcome::pass, "G6", "seen", 3}, {"messages", Outcome::broken, "G3", "seen", 3}});
    CHECK(std::find(both.checks.begin(), both.checks.end(), CheckResult{"G3", Outcome::broken, "messages: 1 of 3 prompts"}) !=
          both.checks.end());
  }

  TEST_CASE("what is unknown over an API is no pass, and broken stays broken") {
    Verdict unknown = verdict(Outcome::tie, "G7");
    add_api(Api::messages, verdict(Outcome::inconclusive, "G1"), unknown);
    CHECK(unknown.outcome == Outcome::inconclusive);
    add_api(Api::responses, verdict(Outcome::broken, "G8"), unknown);
    CHECK(unknown.outcome == Outcome::broken);
    Verdict chat = verdict(Outcome::broken, "G4");
    add_api(Api::messages, verdict(Outcome::inconclusive, "G1"), chat);
    CHECK(chat.outcome == Outcome::broken);
    CHECK(chat.api.empty());
  }

  TEST_CASE("an API of which no prompt could be used is inconclusive, one that is unsound as it comes is broken") {
    Reference reference = chat_with({{"prose", 2}});
    for (ReferenceAnswer& answer : reference.answers) answer.usable = false;
    reference.summary.dropped = {{"prose-0", "HTTP 404"}};
    const EngineDescriptor engine;
    const GateContext context{
        .engine = engine, .reference = reference, .parameters = {}, .config = {}, .traces = {}, .tier = Tier::quick};
    const Verdict unused = judged_over_api(context, {}, nullptr);
    CHECK(unused.outcome == Outcome::inconclusive);
    CHECK(unused.not_verified == std::vector<std::string>{"none of 2 prompts could be used: HTTP 404"});
    reference.summary.findings = {{"damaged_answers", "no message_stop", std::nullopt, true}};
    CHECK(judged_over_api(context, {}, nullptr).outcome == Outcome::broken);
  }
}
