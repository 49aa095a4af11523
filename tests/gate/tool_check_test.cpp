#include "gate/tool_check.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace sweetspot;

namespace {

/// One tool with a nested object, a list, an enumeration and no further members; another without parameters.
Prompt tool_prompt() {
  Prompt prompt;
  prompt.id = "tools-01";
  prompt.messages_json = R"([{"role": "user", "content": "Plan it."}])";
  prompt.tools_json = R"([
    {"type": "function", "function": {"name": "plan", "parameters": {"type": "object", "additionalProperties": false,
      "properties": {"city": {"type": "string"}, "days": {"type": "integer"}, "unit": {"enum": ["km", "mile"]},
                     "stay": {"type": "object", "properties": {"street": {"type": "string"}}, "required": ["street"]},
                     "tags": {"type": "array", "items": {"type": "string"}}},
      "required": ["city", "days"]}}},
    {"type": "function", "function": {"name": "ping"}}])";
  return prompt;
}

ToolCall call(int index, std::string arguments, std::string name = "plan") {
  return {index, "id-" + std::to_string(index), "function", std::move(name), std::move(arguments)};
}

RequestSample answer(std::vector<ToolCall> calls, std::string finish_reason = "tool_calls") {
  RequestSample sample;
  sample.streamed = true;
  sample.http_status = 200;
  sample.calls = std::move(calls);
  sample.finish_reason = std::move(finish_reason);
  return sample;
}

const std::string good = R"({"city": "Oslo", "days": 3})";

/// The only fault, or all of them joined where there are more or fewer.
std::string fault(const RequestSample& sample, const Prompt& prompt = tool_prompt()) {
  std::string text;
  for (const std::string& line : tool_faults(prompt, sample)) text += (text.empty() ? "" : " | ") + line;
  return text;
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_SUITE("gate/tool_check") {
  TEST_CASE("a sound answer has no fault") {
    CHECK(fault(answer({call(0, good)})) == "");
    CHECK(fault(answer({call(0, good), call(1, good), call(2, "{}", "ping")})) == "");
    CHECK(fault(answer({call(
              0, R"({"unit": "km", "stay": {"street": "a\n\"}</tool_call>🎉"}, "tags": [], "days": -1, "city": ""})")})) == "");
    CHECK(fault(answer({}, "stop")) == "");
  }

  TEST_CASE("arguments that are no JSON document are a fault and are never repaired") {
    const std::string prefix = "call 1 (plan): arguments are no JSON: ";
    for (const auto& [arguments, what] :
         {std::pair{R"({"city": "Oslo", "days": 3)", "ends too early"},       // last brace lost
          std::pair{R"("city": "Oslo", "days": 3})", "bytes after the end"},  // first brace lost
          std::pair{R"({"city": "Oslo", "days": 3}{"city": "Oslo", "days": 3})",
                    "bytes after the end"},                                           // two calls merged, or sent again
          std::pair{R"({"city": "Oslo", "days": })", "a value was expected"},         // a number cut
          std::pair{R"({"city": ""Oslo", "days": 3})", "a comma or } was expected"},  // a doubled quote
          std::pair{R"({"city": "Oslo", "days": 3, "days": 4})", "duplicate key \"days\""}, std::pair{"", "empty"},
          std::pair{"{\"city\": \"Oslo\n\", \"days\": 3}", "a raw control character"},
          std::pair{"{\"city\": \"\xF0\x9F\", \"days\": 3}", "bytes in a string that are not UTF-8"},
          std::pair{R"(city="Oslo")", "a value was expected"}}) {
      CAPTURE(arguments);
      CHECK(fault(answer({call(0, arguments)})).find(prefix + what) == 0);
    }
    CHECK(holds(fault(answer({call(0, R"(["Oslo", 3])")})), "arguments are no JSON object"));
    CHECK(holds(fault(answer({call(0, R"("{\"city\": \"Oslo\"}")")})), "arguments are no JSON object"));
  }

  TEST_CASE("arguments that break the tool's schema are a fault with the place") {
    for (const auto& [arguments, place] :
         {std::pair{R"({"city": "Oslo", "days": "3"})", "schema: at /days: "},  // type drift
          std::pair{R"({"city": "Oslo", "days": 3.5})", "schema: at /days: "},
          std::pair{R"({"city": "Oslo", "days": 3, "unit": "cubit"})", "schema: at /unit: "},
          std::pair{R"({"city": "Oslo", "days": 3, "stay": {"street": 7}})", "schema: at /stay/street: "},
          std::pair{R"({"city": "Oslo", "days": 3, "tags": ["a", 1]})", "schema: at /tags/1: "},
          std::pair{R"({"city=Oslo": "", "days": 3})", "city"},     // key mangling
          std::pair{"{}", "schema: Missing required property"}}) {  // invented empty arguments
      CAPTURE(arguments);
      const std::string text = fault(answer({call(0, arguments)}));
      CAPTURE(text);
      CHECK(holds(text, "arguments break the schema"));
      CHECK(holds(text, place));
    }
  }

  TEST_CASE("a call's name, id, type and index must be there and right") {
    CHECK(fault(answer({call(0, "{}", "fly")})) == "call 1 (fly): the tool was not offered");
    CHECK(holds(fault(answer({call(0, "{}", "runshell command=\"ls\"")})), "is no legal name"));
    CHECK(holds(fault(answer({call(0, "{}", "")})), "call 1 (without a name): \"\" is no legal name"));
    CHECK(holds(fault(answer({call(0, "{}", std::string(65, 'a'))})), "is no legal name"));

    RequestSample sample = answer({call(0, good), call(1, good)});
    sample.calls[1].id = "id-0";
    CHECK(fault(sample) == "call 2 (plan): the id \"id-0\" for a second time");
    sample.calls[1].id = "";
    CHECK(fault(sample) == "call 2 (plan): no id");
    sample = answer({call(0, good)});
    sample.calls[0].type = "";
    CHECK(fault(sample) == "call 1 (plan): type is \"\", expected \"function\"");
  }

  TEST_CASE("streamed indexes count from 0 without gaps") {
    CHECK(holds(fault(answer({call(1, good)})), "index 1, expected 0"));
    CHECK(holds(fault(answer({call(0, good), call(2, good)})), "index 2, expected 1"));
    RequestSample sample = answer({call(0, good)});
    sample.calls[0].index.reset();
    CHECK(fault(sample) == "call 1 (plan): streamed without an index");
    sample.streamed = false;
    CHECK(fault(sample) == "");
  }

  TEST_CASE("finish_reason must agree with the calls") {
    CHECK(fault(answer({}, "tool_calls")) == "finish_reason is \"tool_calls\" without any call");
    CHECK(holds(fault(answer({call(0, good)}, "")), "beside tool calls"));
    CHECK(holds(fault(answer({call(0, good)}, "content_filter")), "beside tool calls"));

    const RequestSample stopped = answer({call(0, good)}, "stop");
    CHECK(fault(stopped) == "");
    CHECK(tool_notes(tool_prompt(), stopped).size() == 1);
    CHECK(tool_notes(tool_prompt(), answer({call(0, good)})).empty());
  }

  TEST_CASE("a call cut off by max_tokens is a fault only when finish_reason hides it") {
    const std::string cut = R"({"city": "Os)";
    CHECK(fault(answer({call(0, good), call(1, cut)}, "length")) == "");
    CHECK(holds(fault(answer({call(0, good), call(1, cut)}, "tool_calls")),
                "call 2 (plan): arguments are no JSON: a string does not end"));
    CHECK(holds(fault(answer({call(0, cut), call(1, good)}, "length")), "call 1 (plan): arguments are no JSON"));
  }

  TEST_CASE("tool_choice and the offer are kept") {
    Prompt prompt = tool_prompt();
    prompt.extra_json = R"({"tool_choice": "none"})";
    CHECK(fault(answer({call(0, good)}), prompt) == "tool calls although tool_choice is none");
    prompt.extra_json = R"({"tool_choice": "required"})";
    CHECK(fault(answer({}, "stop"), prompt) == "no tool call although tool_choice requires one");
    CHECK(fault(answer({call(0, good)}), prompt) == "");
    prompt.extra_json = R"({"tool_choice": {"type": "function", "function": {"name": "ping"}}})";
    CHECK(fault(answer({call(0, good)}), prompt) == "call 1 (plan): tool_choice names ping");
    prompt.extra_json = R"({"parallel_tool_calls": false})";
    CHECK(fault(answer({call(0, good), call(1, good)}), prompt) == "2 calls although parallel_tool_calls is false");
    prompt = tool_prompt();
    prompt.tools_json.clear();
    CHECK(fault(answer({call(0, good)}), prompt) == "tool calls although no tools were offered");
  }

  TEST_CASE("call markup in the text is a fault, unless the prompt speaks of it or no call may be made") {
    RequestSample sample = answer({}, "stop");
    for (const char* text : {"<tool_call>\n{\"name\": \"plan\"}", "[TOOL_CALLS][{\"name\": \"plan\"}]",
                             "<|tool_call_start|>[plan(city=\"Oslo\")]", "done </tool_call>"}) {
      CAPTURE(text);
      sample.text = text;
      CHECK(holds(fault(sample), "call markup"));
    }
    Prompt prompt = tool_prompt();
    prompt.messages_json = R"([{"role": "user", "content": "What does </tool_call> mean?"}])";
    CHECK(fault(sample, prompt) == "");
    prompt = tool_prompt();
    prompt.extra_json = R"({"tool_choice": "none"})";
    CHECK(fault(sample, prompt) == "");
    sample.text = "Here is the plan:";
    sample.calls = {call(0, good)};
    sample.finish_reason = "tool_calls";
    CHECK(fault(sample) == "");  // content may precede calls
  }

  TEST_CASE("calls are compared as a multiset of names and exact values") {
    const RequestSample reference =
        answer({call(0, R"({"city": "Oslo", "days": 3})"), call(1, R"({"city": "Rome", "days": 1})")});
    const auto difference = [&](std::vector<ToolCall> calls) {
      return call_difference(reference, answer(std::move(calls))).value_or("none");
    };
    CHECK(difference({call(0, R"({"days":1,"city":"Rome"})"), call(1, good)}) == "none");
    CHECK(difference({call(0, good), call(1, R"({"city": "Rom", "days": 1})")}) ==
          "plan /city: expected \"Rome\", observed \"Rom\"");
    CHECK(difference({call(0, good), call(1, R"({"city": "Rome", "days": 1.0})")}) == "plan /days: expected 1, observed 1.0");
    CHECK(difference({call(0, good), call(1, R"({"city": "Rome\n", "days": 1})")}) ==
          "plan /city: expected \"Rome\", observed \"Rome\\n\"");
    CHECK(holds(difference({call(0, good)}), "2 call(s) expected, 1 observed; missing: plan{\"city\": \"Rome\""));
    CHECK(holds(difference({call(0, good), call(1, good)}), "/city: expected \"Rome\", observed \"Oslo\""));
    CHECK(holds(difference({call(0, good), call(1, "{}", "ping")}), "observed ping{}"));
    CHECK(holds(difference({call(0, good), call(1, R"({"city": "Rome", "days")")}), "observed no JSON"));
  }

  TEST_CASE("a known answer that is not given is a fault") {
    Prompt prompt = tool_prompt();
    prompt.expect.calls = {{"plan", R"({"days": 3, "city": "Oslo"})"}};
    CHECK_FALSE(expectation_fault(prompt, answer({call(0, good)})));
    CHECK(expectation_fault(prompt, answer({}, "stop")));
    CHECK(expectation_fault(prompt, answer({call(0, R"({"city": "Oslo", "days": 4})")})) == "plan /days: expected 3, observed 4");
    prompt.expect = {};
    prompt.expect.no_calls = true;
    CHECK(holds(expectation_fault(prompt, answer({call(0, good)})).value_or(""), "no call is needed"));
    prompt.expect = {};
    prompt.expect.contains = {"42", "km"};
    RequestSample sample = answer({}, "stop");
    sample.text = "It is 42 miles.";
    CHECK(expectation_fault(prompt, sample) == "the answer lacks \"km\"");
  }

  TEST_CASE("a JSON answer may stand alone or in the only fenced block") {
    Prompt prompt;
    prompt.expect.json = true;
    RequestSample sample = answer({}, "stop");
    const auto sound = [&](std::string text) {
      sample.text = std::move(text);
      return !expectation_fault(prompt, sample);
    };
    CHECK(sound("{\"a\": 1}"));
    CHECK(sound("Here it is:\n\n```json\n{\"a\": 1}\n```"));
    CHECK_FALSE(sound("```json\n{\"a\": 1\n```"));
    CHECK_FALSE(sound("```json\n{\"a\": 1}"));
    CHECK_FALSE(sound("It is {\"a\": 1}."));
    CHECK_FALSE(sound("``` ```"));
  }

  TEST_CASE("tools that cannot be used are named") {
    CHECK_FALSE(tools_problem(tool_prompt().tools_json));
    CHECK_FALSE(tools_problem(""));
    CHECK(tools_problem("{}") == "\"tools\" is not an array");
    CHECK(tools_problem(R"([{"type": "function"}])") == "a tool has no function.name");
    CHECK(holds(tools_problem(R"([{"function": {"name": "plan", "parameters": {"type": 7}}}])").value_or(""),
                "\"plan\" are no JSON Schema"));
  }
}
