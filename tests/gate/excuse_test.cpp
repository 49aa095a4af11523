#include "gate/excuse.hpp"

#include "support/answers.hpp"
#include "support/canned_server.hpp"
#include "support/fake_engine.hpp"
#include "support/interrupts.hpp"

#include <doctest/doctest.h>

using namespace sweetspot;
using namespace sweetspot::testing;

namespace {

const std::string text_before_call = "let me look at the weather there first";
const std::string arguments = R"({"city": "Oslo"})";

RequestSample with_call(RequestSample sample, const std::string& city_arguments = arguments) {
  sample.calls = {{0, "call-1", "function", "weather", city_arguments}};
  sample.finish_reason = "tool_calls";
  return sample;
}

ReferenceAnswer tool_answer(int number, double margin = 8) {
  ReferenceAnswer known =
      reference_answer("tool-" + std::to_string(number), with_call(answer(text_before_call, " check", margin)));
  known.prompt.prompt_class = "tool";
  known.prompt.tools_json = R"([{"type": "function", "function": {"name": "weather", "parameters": {"type": "object",
    "properties": {"city": {"type": "string"}}, "required": ["city"]}}}])";
  return known;
}

struct Fixture {
  Reference reference;
  Interview interview;

  explicit Fixture(double margin = 8) {
    reference.has_logprobs = true;
    reference.tie_margin = 0.5;
    for (int i = 0; i < 5; ++i) {
      reference.answers.push_back(tool_answer(i, margin));
      interview.answers.push_back(candidate_answer(reference.answers.back().plain));
      interview.answers.back().reference_index = static_cast<std::size_t>(i);
    }
  }

  void answer_otherwise(std::size_t index, const RequestSample& sample) {
    interview.answers[index] = candidate_answer(sample);
    interview.answers[index].reference_index = index;
  }

  void call_otherwise(std::size_t index) { answer_otherwise(index, with_call(answer(text_before_call), R"({"city": "Rome"})")); }
};

/// Whether a server that answers with these arguments still calls as the reference does.
bool calls_with(const std::string& escaped_arguments) {
  const CannedServer server{
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
      R"(data: {"choices":[{"index":0,"delta":{"content":")" +
      text_before_call + R"("}}]})" + "\n\n" +
      R"(data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"x","type":"function",)"
      R"("function":{"name":"weather","arguments":")" +
      escaped_arguments + R"("}}]}}]})" + "\n\n" + R"(data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]})" +
      "\n\ndata: [DONE]\n\n"};
  const auto engine = fake_engine();
  const ChatTarget target{&engine, {"127.0.0.1", server.port(), ""}, "m"};
  return still_calls(target, tool_answer(0), NeverInterrupted{});
}

}  // namespace

TEST_SUITE("gate/excuse") {
  TEST_CASE("one or two failing calls are asked again of the reference, three are not") {
    Fixture fixture;
    CHECK(lone_tool_failures(fixture.reference, fixture.interview).empty());
    fixture.call_otherwise(3);
    CHECK(lone_tool_failures(fixture.reference, fixture.interview) == std::vector<std::size_t>{3});
    fixture.call_otherwise(1);
    CHECK(lone_tool_failures(fixture.reference, fixture.interview) == std::vector<std::size_t>{1, 3});
    fixture.call_otherwise(0);
    CHECK(lone_tool_failures(fixture.reference, fixture.interview).empty());
  }

  TEST_CASE("a reference that calls otherwise today is no ground to reject, one that calls the same is") {
    CHECK(calls_with(R"({\"city\": \"Oslo\"})"));
    CHECK_FALSE(calls_with(R"({\"city\": \"Rome\"})"));
  }

  TEST_CASE("only an answer that left the reference at a near tie before its call may be excused") {
    const RequestSample other = answer("let me look at the weather there afterwards");
    Fixture near{0.2};
    near.answer_otherwise(2, other);
    // The reference's runner-up at that place is what the candidate said.
    near.reference.answers[2].plain.tokens[7].top[1] = {word_id(" afterwards"), " afterwards", -0.21};
    CHECK(perhaps_its_own(near.reference, near.interview) == std::vector<std::size_t>{2});

    SUBCASE("not where the margin is wide") {
      near.reference.answers[2].plain.tokens[7].top[1].logprob = -5;
      CHECK(perhaps_its_own(near.reference, near.interview).empty());
    }
    SUBCASE("not where the streamed answer is another one") {
      near.interview.answers[2].streamed.text += "!";
      CHECK(perhaps_its_own(near.reference, near.interview).empty());
    }
    SUBCASE("not where tokens are missing") {
      near.interview.answers[2].plain->tokens.resize(4);
      CHECK(perhaps_its_own(near.reference, near.interview).empty());
    }
    SUBCASE("not where the texts are the same up to the call") {
      near.call_otherwise(2);
      CHECK(perhaps_its_own(near.reference, near.interview).empty());
    }
  }

  TEST_CASE("a loop on the other side of a near tie may be the model's own, one that begins elsewhere is not") {
    std::string loop = "the old piano";
    for (int i = 0; i < 12; ++i) loop += " was tuned to a frequency that the old piano had in number nine";
    RequestSample looping = answer(loop);
    looping.finish_reason = "length";
    Fixture fixture;
    const auto with_margin = [&](double margin) {
      ReferenceAnswer known = reference_answer("prose-1", answer("but the old piano was tuned", "the", margin));
      fixture.reference.answers[4] = known;
      fixture.interview.answers[4] = candidate_answer(looping);
      fixture.interview.answers[4].reference_index = 4;
      return perhaps_its_own(fixture.reference, fixture.interview);
    };
    CHECK(with_margin(0.1) == std::vector<std::size_t>{4});
    CHECK(with_margin(5).empty());
    SUBCASE("the streamed answer may be the reference's") {
      with_margin(0.1);
      fixture.interview.answers[4].streamed = fixture.reference.answers[4].streamed;
      CHECK(perhaps_its_own(fixture.reference, fixture.interview) == std::vector<std::size_t>{4});
      fixture.interview.answers[4].streamed.text += " again";
      CHECK(perhaps_its_own(fixture.reference, fixture.interview).empty());
    }
    SUBCASE("nothing may be excused where nothing can be asked") {
      with_margin(0.1);
      fixture.reference.has_logprobs = false;
      CHECK(perhaps_its_own(fixture.reference, fixture.interview).empty());
    }
  }
}
