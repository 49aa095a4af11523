#include "backends/messages_reader.hpp"
#include "backends/messages_request.hpp"
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
  engine.protocol.apis[Api::messages] = {"/v1/messages", R"({"temperature":0})", "", liberties, ""};
  return engine;
}

const std::string start = typed_event(
    R"({"type":"message_start","message":{"type":"message","role":"assistant","content":[],"usage":{"input_tokens":4,"cache_read_input_tokens":3,"output_tokens":1}}})");
const std::string text_start =
    typed_event(R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})");
const std::string text_delta =
    typed_event(R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}})");
const std::string text_stop = typed_event(R"({"type":"content_block_stop","index":0})");
const std::string call_start = typed_event(
    R"({"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"t1","name":"get","input":{}}})");
const std::string call_stop = typed_event(R"({"type":"content_block_stop","index":1})");
const std::string end_turn = typed_event(
    R"({"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":2}})");
const std::string tool_end = typed_event(
    R"({"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":9}})");
const std::string stop = typed_event(R"({"type":"message_stop"})");

std::string call_delta(const std::string& piece) {
  return typed_event(
      Json{{"type", "content_block_delta"}, {"index", 1}, {"delta", {{"type", "input_json_delta"}, {"partial_json", piece}}}}
          .dump());
}

RequestSample streamed(const std::vector<std::string>& pieces, const std::set<std::string>& liberties = {}) {
  const EngineDescriptor described = engine(liberties);
  MessagesStream stream{described.protocol};
  for (const std::string& piece : pieces) stream.feed(piece, 5);
  stream.finish();
  return stream.take_sample();
}

RequestSample whole(const std::string& body) {
  const EngineDescriptor described = engine();
  RequestSample sample;
  read_messages_answer(described.protocol, body, sample);
  return sample;
}

Prompt prompt_of(const std::string& messages, const std::string& tools = {}, const std::string& extra = {}) {
  Prompt prompt;
  prompt.id = "p";
  prompt.messages_json = messages;
  prompt.tools_json = tools;
  prompt.extra_json = extra;
  return prompt;
}

Json body_of(const Prompt& prompt) {
  const EngineDescriptor described = engine();
  ChatTarget target{&described, {}, "m"};
  target.api = Api::messages;
  return Json::parse(messages_request_json(target, prompt, {}));
}

}  // namespace

TEST_SUITE("backends/messages request") {
  TEST_CASE("system texts stand apart, calls and results are blocks, and there is no seed") {
    const Json body = body_of(prompt_of(
        R"([{"role":"system","content":"Be brief."},{"role":"user","content":"Weather?"},
            {"role":"assistant","content":"","tool_calls":[
              {"id":"a","type":"function","function":{"name":"get","arguments":"{\"city\": \"Oslo\"}"}},
              {"id":"b","type":"function","function":{"name":"get","arguments":"{}"}}]},
            {"role":"tool","tool_call_id":"a","content":"rain"},{"role":"tool","tool_call_id":"b","content":"sun"},
            {"role":"assistant","content":"Rain."},{"role":"user","content":[{"type":"text","text":"Th"},{"type":"text","text":"x"}]}])",
        R"([{"type":"function","function":{"name":"get","description":"d","parameters":{"type":"object"}}}])"));
    CHECK(body == Json::parse(R"({"model":"m","max_tokens":320,"system":"Be brief.","messages":[
      {"role":"user","content":"Weather?"},
      {"role":"assistant","content":[{"type":"tool_use","id":"a","name":"get","input":{"city":"Oslo"}},
                                     {"type":"tool_use","id":"b","name":"get","input":{}}]},
      {"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"rain"},
                                {"type":"tool_result","tool_use_id":"b","content":"sun"}]},
      {"role":"assistant","content":"Rain."},{"role":"user","content":"Thx"}],
      "tools":[{"name":"get","description":"d","input_schema":{"type":"object"}}],"stream":true,"temperature":0})"));
  }

  TEST_CASE("tool choices have their own words here") {
    const auto choice = [](const std::string& extra) {
      return body_of(prompt_of(R"([{"role":"user","content":"x"}])", "", extra)).value("tool_choice", Json());
    };
    CHECK(choice("").is_null());
    CHECK(choice(R"({"tool_choice":"required"})") == Json::parse(R"({"type":"any"})"));
    CHECK(choice(R"({"tool_choice":"none"})") == Json::parse(R"({"type":"none"})"));
    CHECK(choice(R"({"tool_choice":{"type":"function","function":{"name":"get"}}})") ==
          Json::parse(R"({"type":"tool","name":"get"})"));
    CHECK(choice(R"({"parallel_tool_calls":false})") == Json::parse(R"({"type":"auto","disable_parallel_tool_use":true})"));
  }

  TEST_CASE("what the API has no counterpart of is told by name") {
    CHECK_THROWS_WITH_AS(body_of(prompt_of(R"([{"role":"user","content":"x"}])", "", R"({"logit_bias":{}})")),
                         doctest::Contains("logit_bias of p has no counterpart in messages"), Error);
    CHECK_THROWS_WITH_AS(body_of(prompt_of(R"([{"role":"user","content":[{"type":"image_url"}]}])")),
                         doctest::Contains("content that is no text"), Error);
    CHECK_THROWS_WITH_AS(body_of(prompt_of(R"([{"role":"critic","content":"x"}])")), doctest::Contains("critic"), Error);
  }
}

TEST_SUITE("backends/messages reader") {
  TEST_CASE("a clean stream has text, calls, times and counters in chat's words") {
    const RequestSample sample =
        streamed({start, text_start, typed_event(R"({"type":"ping"})"), text_delta, text_stop, call_start,
                  call_delta("{\"city\""), call_delta(": \"Oslo\"}"), call_stop, tool_end, stop});
    CHECK(sample.protocol_faults.empty());
    CHECK(sample.text == "Hi");
    REQUIRE(sample.calls.size() == 1);
    CHECK(sample.calls[0] == ToolCall{0, "t1", "function", "get", R"({"city": "Oslo"})"});
    CHECK(sample.finish_reason == "tool_calls");
    CHECK(sample.usage.prompt_tokens == 7);
    CHECK(sample.usage.cached_tokens == 3);
    CHECK(sample.usage.completion_tokens == 9);
    CHECK(sample.chunks.size() == 4);
    CHECK(sample.first_tool_ms == 5);
  }

  TEST_CASE("a call without any argument piece has what its start says: none, or all of them") {
    CHECK(streamed({start, text_start, text_stop, call_start, call_stop, tool_end, stop}).calls.at(0).arguments == "{}");
    const std::string full = typed_event(
        R"({"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"t","name":"get","input":{"a":1}}})");
    CHECK(streamed({start, text_start, text_stop, full, call_stop, tool_end, stop}).calls.at(0).arguments == R"({"a":1})");
  }

  TEST_CASE("stop reasons have chat's words, and unknown ones are told") {
    const auto reason = [](const std::string& word) {
      return streamed(
          {start,
           typed_event(R"({"type":"message_delta","delta":{"stop_reason":")" + word + R"("},"usage":{"output_tokens":2}})"),
           stop});
    };
    CHECK(reason("max_tokens").finish_reason == "length");
    CHECK(reason("stop_sequence").finish_reason == "stop");
    CHECK(reason("refusal").finish_reason == "content_filter");
    CHECK(has_fault(reason("tired"), "unknown stop_reason"));
  }

  TEST_CASE("each damage of the stream is told") {
    const std::vector<std::pair<std::vector<std::string>, std::string>> damages = {
        {{text_start, text_delta, text_stop, end_turn, stop}, "before message_start"},
        {{start, start, text_start, text_delta, text_stop, end_turn, stop}, "message_start came twice"},
        {{start, text_delta, end_turn, stop}, "a delta of a content block that is not open"},
        {{start, text_start, text_stop, text_delta, end_turn, stop}, "a delta of a content block that is not open"},
        {{start, call_start, call_stop, tool_end, stop}, "content block 1 starts where 0 is due"},
        {{start, text_start, text_delta, call_start, text_stop, call_stop, tool_end, stop}, "starts before 0 is stopped"},
        {{start, text_start, text_delta, end_turn, stop}, "content block 0 is not stopped"},
        {{start, text_start,
          typed_event(R"({"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{"}})"),
          text_stop, end_turn, stop},
         "a input_json_delta in a block of type"},
        {{start, text_start, text_delta, text_stop, end_turn}, "no message_stop at the end"},
        {{start, text_start, text_delta, text_stop, stop}, "no stop_reason at the end"},
        {{start, text_start, text_delta, text_stop, stop}, "no usage"},
        {{start, text_start, text_delta, text_stop, end_turn, stop, text_delta}, "an event after message_stop"},
        {{start, text_start, end_turn, text_delta, text_stop, stop}, "text after the reason"},
        {{start, typed_event(R"({"type":"error","error":{"type":"overloaded_error","message":"no"}})")},
         "an error in the stream"},
        {{start, "data: {\"type\":\"ping\"}\n\n", end_turn, stop}, "has the name"},
        {{start, "event: ping\ndata: {\n\n", end_turn, stop}, "an event is not JSON"},
        {{start, "event: message_stop\ndata: {\"type\":\"message_stop\"}"}, "the last event is cut off"}};
    for (const auto& [pieces, fault] : damages) {
      const RequestSample sample = streamed(pieces);
      CAPTURE(fault);
      CHECK(has_fault(sample, fault));
    }
    CHECK(streamed({start, typed_event(R"({"type":"error","error":{"message":"no"}})")}).error_body.find("no") !=
          std::string::npos);
  }

  TEST_CASE("unknown events and deltas are passed over, as the API asks") {
    const RequestSample sample =
        streamed({start, typed_event(R"({"type":"mood"})"), text_start,
                  typed_event(R"({"type":"content_block_delta","index":0,"delta":{"type":"citations_delta","citation":{}}})"),
                  text_delta, text_stop, end_turn, stop});
    CHECK(sample.protocol_faults.empty());
    CHECK(sample.text == "Hi");
  }

  TEST_CASE("an answer that was not streamed gives the same, with arguments that count by their values") {
    const RequestSample sample = whole(
        R"({"id":"m","type":"message","role":"assistant","content":[{"type":"thinking","thinking":"Hm","signature":""},
            {"type":"text","text":"Hi"},{"type":"tool_use","id":"t1","name":"get","input":{"b":1,"a":"x"}}],
            "stop_reason":"tool_use","usage":{"input_tokens":4,"output_tokens":9}})");
    CHECK(sample.protocol_faults.empty());
    CHECK(sample.reasoning == "Hm");
    CHECK(sample.text == "Hi");
    CHECK(sample.calls.at(0) == ToolCall{0, "t1", "function", "get", R"({"b":1,"a":"x"})"});
    CHECK(sample.finish_reason == "tool_calls");
    CHECK(sample.usage.prompt_tokens == 4);
  }

  TEST_CASE("an answer that is damaged is told") {
    CHECK(has_fault(whole("<html>"), "the answer is not JSON"));
    CHECK(has_fault(whole(R"({"error":{"message":"no"}})"), "an error under HTTP 200"));
    const RequestSample sample =
        whole(R"({"type":"message","role":"user","content":[{"type":"tool_use","id":"t","name":"n","input":"{}"}]})");
    CHECK(has_fault(sample, "role is"));
    CHECK(has_fault(sample, "is no object but"));
    CHECK(has_fault(sample, "no stop_reason"));
    CHECK(has_fault(sample, "no usage"));
    CHECK(has_fault(whole(R"({"type":"message","role":"assistant","stop_reason":"end_turn"})"), "content is no array"));
  }

  TEST_CASE("recorded answers of llama-server are read alike, streamed or not, wherever the stream is split") {
    const auto by_engine = [](const std::vector<std::string>& pieces) { return streamed(pieces, {"open_blocks"}); };
    for (const char* name : {"llama-server/messages-text", "llama-server/messages-tools"}) check_recorded(name, by_engine, whole);
    CHECK(streamed({transcript("llama-server/messages-tools.sse")}, {"open_blocks"}).calls.size() == 2);
    CHECK_FALSE(streamed({transcript("llama-server/messages-tools.sse")}).protocol_faults.empty());  // a liberty is one engine's
  }
}
