#include "backends/responses_reader.hpp"
#include "backends/responses_request.hpp"
#include "core/error.hpp"
#include "support/fake_engine.hpp"
#include "support/recorded_answers.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

using namespace sweetspot;
using namespace sweetspot::testing;

namespace {

using Json = nlohmann::json;

EngineDescriptor engine(const std::set<std::string>& liberties = {}) {
  EngineDescriptor engine = fake_engine();
  engine.protocol.apis[Api::responses] = {"/v1/responses", R"({"temperature":0})", R"({"cache_prompt":false})", liberties, ""};
  return engine;
}

const std::string created = typed_event(R"({"type":"response.created","response":{"id":"r","status":"in_progress"}})");
const std::string message = typed_event(
    R"({"type":"response.output_item.added","output_index":0,"item":{"type":"message","id":"m","role":"assistant","content":[]}})");
const std::string part = typed_event(
    R"({"type":"response.content_part.added","output_index":0,"item_id":"m","part":{"type":"output_text","text":""}})");
const std::string words = typed_event(R"({"type":"response.output_text.delta","output_index":0,"item_id":"m","delta":"Hi"})");
const std::string text_done = typed_event(R"({"type":"response.output_text.done","output_index":0,"item_id":"m","text":"Hi"})");
const std::string message_done = typed_event(
    R"({"type":"response.output_item.done","output_index":0,"item":{"type":"message","id":"m","role":"assistant","content":[{"type":"output_text","text":"Hi"}]}})");
const std::string call = typed_event(
    R"({"type":"response.output_item.added","output_index":1,"item":{"type":"function_call","id":"f","call_id":"c1","name":"get","arguments":""}})");
const std::string arguments_done =
    typed_event(R"({"type":"response.function_call_arguments.done","output_index":1,"item_id":"f","arguments":"{\"a\": 1}"})");
const std::string call_done = typed_event(
    R"({"type":"response.output_item.done","output_index":1,"item":{"type":"function_call","id":"f","call_id":"c1","name":"get","arguments":"{\"a\": 1}"}})");

std::string arguments(const std::string& piece) {
  return typed_event(
      Json{{"type", "response.function_call_arguments.delta"}, {"output_index", 1}, {"item_id", "f"}, {"delta", piece}}.dump());
}

const std::string output_text = R"({"type":"message","role":"assistant","content":[{"type":"output_text","text":"Hi"}]})";
const std::string output_call = R"({"type":"function_call","call_id":"c1","name":"get","arguments":"{\"a\": 1}"})";

std::string ended(const std::string& status, const std::string& output, const std::string& more = "") {
  return typed_event(
      R"({"type":"response.)" + status + R"(","response":{"object":"response","status":")" + status + R"(","output":[)" + output +
      R"(],"usage":{"input_tokens":7,"input_tokens_details":{"cached_tokens":3},"output_tokens":9,"total_tokens":16})" + more +
      "}}");
}

RequestSample streamed(const std::vector<std::string>& pieces, const std::set<std::string>& liberties = {}) {
  const EngineDescriptor described = engine(liberties);
  ResponsesStream stream{described.protocol};
  for (const std::string& piece : pieces) stream.feed(piece, 5);
  stream.finish();
  return stream.take_sample();
}

RequestSample whole(const std::string& body) {
  const EngineDescriptor described = engine();
  RequestSample sample;
  read_responses_answer(described.protocol, body, sample);
  return sample;
}

Json body_of(const Prompt& prompt, const ChatOptions& options = {}) {
  const EngineDescriptor described = engine();
  ChatTarget target{&described, {}, "m"};
  target.api = Api::responses;
  target.request_json = R"({"depth":2})";
  return Json::parse(responses_request_json(target, prompt, options));
}

Prompt prompt_of(const std::string& messages, const std::string& tools = {}, const std::string& extra = {}) {
  Prompt prompt;
  prompt.id = "p";
  prompt.messages_json = messages;
  prompt.tools_json = tools;
  prompt.extra_json = extra;
  return prompt;
}

}  // namespace

TEST_SUITE("backends/responses request") {
  TEST_CASE("turns, calls and results are items, tools are not strict, what the configuration sets comes along") {
    ChatOptions options;
    options.prompt_cache = ChatOptions::PromptCache::off;
    options.streaming = ChatOptions::Streaming::no;
    options.max_tokens = 9;
    const Json body =
        body_of(prompt_of(R"([{"role":"system","content":"Be brief."},{"role":"user","content":"Weather?"},
            {"role":"assistant","content":"Well.","tool_calls":[
              {"id":"a","type":"function","function":{"name":"get","arguments":"{\"city\": \"Oslo\"}"}}]},
            {"role":"tool","tool_call_id":"a","content":"rain"},{"role":"assistant","content":"Rain."}])",
                          R"([{"type":"function","function":{"name":"get","description":"d","parameters":{"type":"object"}}}])",
                          R"({"tool_choice":"required","parallel_tool_calls":false})"),
                options);
    CHECK(body == Json::parse(R"({"model":"m","instructions":"Be brief.","input":[
      {"type":"message","role":"user","content":"Weather?"},{"type":"message","role":"assistant","content":"Well."},
      {"type":"function_call","call_id":"a","name":"get","arguments":"{\"city\": \"Oslo\"}"},
      {"type":"function_call_output","call_id":"a","output":"rain"},{"type":"message","role":"assistant","content":"Rain."}],
      "tools":[{"type":"function","name":"get","description":"d","parameters":{"type":"object"},"strict":false}],
      "tool_choice":"required","parallel_tool_calls":false,"max_output_tokens":9,"store":false,"stream":false,
      "temperature":0,"cache_prompt":false,"depth":2})"));
  }

  TEST_CASE("a tool that must be called is named flat") {
    const Json body = body_of(
        prompt_of(R"([{"role":"user","content":"x"}])", "", R"({"tool_choice":{"type":"function","function":{"name":"get"}}})"));
    CHECK(body.at("tool_choice") == Json::parse(R"({"type":"function","name":"get"})"));
    CHECK_THROWS_WITH_AS(body_of(prompt_of(R"([{"role":"user","content":"x"}])", "", R"({"n":2})")),
                         doctest::Contains("n of p has no counterpart in responses"), Error);
  }
}

TEST_SUITE("backends/responses reader") {
  TEST_CASE("a clean stream has text, calls, times and counters in chat's words") {
    const RequestSample sample =
        streamed({created, message, part, words, text_done, message_done, call, arguments("{\"a\""), arguments(": 1}"),
                  arguments_done, call_done, ended("completed", output_text + "," + output_call), "data: [DONE]\n\n"});
    CHECK(sample.protocol_faults.empty());
    CHECK(sample.text == "Hi");
    REQUIRE(sample.calls.size() == 1);
    CHECK(sample.calls[0] == ToolCall{0, "c1", "function", "get", R"({"a": 1})"});
    CHECK(sample.finish_reason == "tool_calls");
    CHECK(sample.usage.prompt_tokens == 7);
    CHECK(sample.usage.cached_tokens == 3);
    CHECK(sample.usage.completion_tokens == 9);
    CHECK(sample.usage.total_tokens == 16);
    CHECK(sample.chunks.size() == 4);
    CHECK(sample.first_content_ms == 5);
  }

  TEST_CASE("an answer that was cut says so") {
    const RequestSample sample =
        streamed({created, message, part, words, message_done,
                  ended("incomplete", output_text, R"(,"incomplete_details":{"reason":"max_output_tokens"})")});
    CHECK(sample.protocol_faults.empty());
    CHECK(sample.finish_reason == "length");
  }

  TEST_CASE("each damage of the stream is told") {
    const std::string end = ended("completed", output_text);
    const std::vector<std::pair<std::vector<std::string>, std::string>> damages = {
        {{message, part, words, message_done, end}, "before response.created"},
        {{created, created, message, part, words, message_done, end}, "response.created came twice"},
        {{created, message, part, message_done, end}, "response.output_item.done does not say what the deltas"},
        {{created, message, part, words, words, text_done, message_done, end}, "another text than the deltas"},
        {{created, message, part, text_done, words, message_done, end}, "response.output_text.done does not say"},
        {{created, message, words, message_done, end}, "text before its content part"},
        {{created, message, part, words, message_done, words, end}, "text of an item that is no open message"},
        {{created, part, words, end}, "text of an item that is no open message"},
        {{created, call, call_done, ended("completed", output_call)}, "an item at output_index"},
        {{created, message, part, words, end}, "1 of 1 items are not done"},
        {{created, message, part, words, message_done, call, arguments("{\"a\": 1"), arguments_done, call_done,
          ended("completed", output_text + "," + output_call)},
         "response.function_call_arguments.done does not say"},
        {{created, message, part, words, message_done, call, arguments("{\"a\": 1}"), call_done, end},
         "other calls than the deltas"},
        {{created, message, part, words, message_done}, "no response.completed at the end"},
        {{created, message, part, words, message_done, end, words}, "an event after the end"},
        {{created, typed_event(R"({"type":"error","code":"x","message":"no"})")}, "an error in the stream"},
        {{created, typed_event(R"({"type":"response.failed","response":{"status":"failed","error":{"message":"no"}}})")},
         "an error in the stream"},
        {{created,
          typed_event(R"({"type":"response.completed","response":{"object":"response","status":"queued","output":[]}})")},
         "with the status"},
        {{created, "data: {\"type\":\"chat.completion.chunk\"}\n\n", end}, "unknown type"},
        {{created, "data: [DONE]\n\n"}, "an event is not JSON"},
        {{created, "event: response.created\ndata: {\"type\":\"response.in_progress\"}\n\n", end}, "has the name"},
        {{created, message, part, typed_event(R"({"type":"response.output_text.delta","item_id":"m","delta":"Hi"})"),
          message_done, end},
         "without output_index"},
        {{created, "data: {\"type\":\"response.in_progress\"}"}, "the last event is cut off"}};
    for (const auto& [pieces, fault] : damages) {
      const RequestSample sample = streamed(pieces);
      CAPTURE(fault);
      CHECK(has_fault(sample, fault));
    }
    CHECK(streamed({created, typed_event(R"({"type":"error","code":"x","message":"no"})")}).error_body.find("no") !=
          std::string::npos);
    const std::string uncounted =
        R"({"type":"response.completed","response":{"object":"response","status":"completed","output":[]}})";
    CHECK(has_fault(streamed({created, typed_event(uncounted)}), "no usage"));
  }

  TEST_CASE("an engine that takes the liberty names its items by id alone") {
    const std::vector<std::string> pieces = {
        created,
        typed_event(R"({"type":"response.output_item.added","item":{"type":"message","id":"m","role":"assistant"}})"),
        typed_event(R"({"type":"response.content_part.added","item_id":"m","part":{"type":"output_text"}})"),
        typed_event(R"({"type":"response.output_text.delta","item_id":"m","delta":"Hi"})"),
        typed_event(
            R"({"type":"response.output_item.added","item":{"type":"function_call","call_id":"c1","name":"get","arguments":""}})"),
        typed_event(R"({"type":"response.function_call_arguments.delta","item_id":"c1","delta":"{\"a\": 1}"})"),
        typed_event(
            R"({"type":"response.output_item.done","item":{"type":"message","id":"m","role":"assistant","content":[{"type":"output_text","text":"Hi"}]}})"),
        typed_event(R"({"type":"response.output_item.done","item":)" + output_call + "}"),
        ended("completed", output_text + "," + output_call)};
    CHECK(streamed(pieces, {"no_output_index"}).protocol_faults.empty());
    CHECK(has_fault(streamed(pieces), "without output_index"));
  }

  TEST_CASE("unknown events of a response are passed over") {
    const RequestSample sample = streamed({created, typed_event(R"({"type":"response.mood.delta","delta":"?"})"), message, part,
                                           words, message_done, ended("completed", output_text)});
    CHECK(sample.protocol_faults.empty());
    CHECK(sample.finish_reason == "stop");
  }

  TEST_CASE("an answer that was not streamed gives the same, thoughts or a summary of them") {
    const auto body = [](const std::string& thoughts) {
      return R"({"object":"response","status":"completed","output":[)" + thoughts + "," + output_text + "," + output_call +
             R"(],"usage":{"input_tokens":7,"output_tokens":9}})";
    };
    const RequestSample sample =
        whole(body(R"({"type":"reasoning","summary":[],"content":[{"type":"reasoning_text","text":"Hm"}]})"));
    CHECK(sample.protocol_faults.empty());
    CHECK(sample.reasoning == "Hm");
    CHECK(sample.text == "Hi");
    CHECK(sample.calls.at(0) == ToolCall{0, "c1", "function", "get", R"({"a": 1})"});
    CHECK(sample.finish_reason == "tool_calls");
    CHECK(sample.usage.completion_tokens == 9);
    CHECK(whole(body(R"({"type":"reasoning","summary":[{"type":"summary_text","text":"So"}]})")).reasoning == "So");
  }

  TEST_CASE("an answer that is damaged is told") {
    CHECK(has_fault(whole("{"), "the answer is not JSON"));
    CHECK(has_fault(whole(R"({"error":{"message":"no"},"status":"failed"})"), "an error under HTTP 200"));
    const RequestSample sample = whole(
        R"({"object":"answer","status":"in_progress","output":[{"type":"message","role":"user"},{"type":"function_call","call_id":"c","name":"n","arguments":{}}]})");
    CHECK(has_fault(sample, "object is"));
    CHECK(has_fault(sample, "role is"));
    CHECK(has_fault(sample, "arguments are no string"));
    CHECK(has_fault(sample, "status is"));
    CHECK(has_fault(sample, "no usage"));
    CHECK(has_fault(whole(R"({"object":"response","status":"completed"})"), "output is no array"));
  }

  TEST_CASE("recorded answers of llama-server are read alike, streamed or not, wherever the stream is split") {
    const auto by_engine = [](const std::vector<std::string>& pieces) { return streamed(pieces, {"no_output_index"}); };
    for (const char* name : {"llama-server/responses-text", "llama-server/responses-tools"})
      check_recorded(name, by_engine, whole);
    CHECK(streamed({transcript("llama-server/responses-tools.sse")}, {"no_output_index"}).calls.size() == 2);
    CHECK_FALSE(streamed({transcript("llama-server/responses-tools.sse")}).protocol_faults.empty());  // a liberty is one engine's
  }
}
