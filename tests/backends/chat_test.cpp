#include "backends/chat.hpp"
#include "backends/chat_message.hpp"
#include "backends/chat_stream.hpp"
#include "core/error.hpp"
#include "support/canned_server.hpp"
#include "support/fake_engine.hpp"
#include "support/interrupts.hpp"
#include "support/recorded_answers.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace sweetspot;
using namespace sweetspot::testing;
using namespace std::chrono_literals;

namespace {

const std::string text_event = R"({"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]})";
const std::string finish_event = R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})";
const std::string usage_event = R"({"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2}})";

/// Each event arrives 10 ms after the one before.
RequestSample streamed(const std::vector<std::string>& events) {
  ChatStream stream{fake_engine().protocol};
  double at_ms = 0;
  for (const auto& event : events) stream.feed("data: " + event + "\n\n", at_ms += 10);
  stream.finish();
  return stream.sample();
}

std::string call_event(const std::string& fragment) {
  return R"({"choices":[{"index":0,"delta":{"tool_calls":[)" + fragment + R"(]}}]})";
}

Prompt simple_prompt() {
  Prompt prompt;
  prompt.id = "p";
  prompt.messages_json = R"([{"role":"user","content":"Hi"}])";
  return prompt;
}

RequestSample ask_canned(const CannedServer& server, const ChatOptions& options = {}) {
  const auto engine = fake_engine();
  const ChatTarget target{&engine, {"127.0.0.1", server.port(), ""}, "m"};
  return ask(target, simple_prompt(), options, NeverInterrupted{});
}

std::string stream_header() { return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"; }

}  // namespace

TEST_SUITE("backends/chat request") {
  TEST_CASE("a greedy streamed request asks for usage and for no log probabilities") {
    const auto engine = fake_engine();
    auto prompt = simple_prompt();
    prompt.tools_json = R"([{"type":"function"}])";
    prompt.extra_json = R"({"tool_choice":"auto"})";
    ChatOptions options;
    options.logprobs = ChatOptions::Logprobs::yes;
    options.prompt_cache = ChatOptions::PromptCache::off;
    const auto body = nlohmann::json::parse(chat_request_json({&engine, {}, "m"}, prompt, options));
    CHECK(body == nlohmann::json::parse(R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"tools":[{"type":"function"}],
      "tool_choice":"auto","max_tokens":320,"stream":true,"stream_options":{"include_usage":true},"seed":1,
      "temperature":0,"top_k":1,"cache_prompt":false})"));
  }

  TEST_CASE("a sampler takes the place of the greedy fields, whole numbers without a point") {
    const auto engine = fake_engine();
    ChatOptions options;
    options.streaming = ChatOptions::Streaming::no;
    options.logprobs = ChatOptions::Logprobs::yes;
    options.sampler = {{"temperature", 0.5}, {"top_k", 40}};
    options.max_tokens = 9;
    const auto text = chat_request_json({&engine, {}, "m"}, simple_prompt(), options);
    CHECK(text.find(R"("temperature":0.5,"top_k":40,"logprobs":true,"top_logprobs":10)") != std::string::npos);
    CHECK(text.find(R"("max_tokens":9,"stream":false)") != std::string::npos);
  }

  TEST_CASE("messages that are no JSON are the caller's error and name the prompt") {
    const auto engine = fake_engine();
    auto prompt = simple_prompt();
    prompt.messages_json = "[{";
    CHECK_THROWS_WITH_AS(chat_request_json({&engine, {}, "m"}, prompt, {}), doctest::Contains("messages of p are not JSON"),
                         Error);
  }
}

TEST_SUITE("backends/chat stream") {
  TEST_CASE("a clean stream has text, times, counters and no fault") {
    const auto sample = streamed(
        {R"({"choices":[{"index":0,"delta":{"role":"assistant","content":null}}]})",
         R"({"choices":[],"prompt_progress":{"processed":3}})", R"({"choices":[{"index":0,"delta":{"content":""}}]})",
         R"({"choices":[{"index":0,"delta":{"reasoning_content":"Hm"}}]})", text_event,
         R"({"choices":[{"index":0,"delta":{"content":" [DONE] \u00e4"}}]})", finish_event,
         R"({"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":5,"total_tokens":12,"prompt_tokens_details":{"cached_tokens":3}}})",
         R"({"choices":[],"timings":{"predicted_n":5,"predicted_ms":2.5,"draft_n":10,"draft_n_accepted":8}})", "[DONE]"});
    CHECK(sample.protocol_faults.empty());
    CHECK(sample.text == "Hi [DONE] \xC3\xA4");
    CHECK(sample.reasoning == "Hm");
    CHECK(sample.finish_reason == "stop");
    CHECK(sample.first_token_ms == 40);
    CHECK(sample.first_reasoning_ms == 40);
    CHECK(sample.first_content_ms == 50);
    CHECK(sample.last_token_ms == 60);
    CHECK(sample.chunks == std::vector<ChunkArrival>{{40, 2}, {50, 2}, {60, 10}});
    CHECK(sample.usage == Usage{7, 5, 3, 12});
    CHECK(sample.timings.predicted_ms == 2.5);
    CHECK(sample.timings.draft_n_accepted == 8);
  }

  TEST_CASE("where the role comes with the first token, that and the finish_reason are when tokens were there") {
    auto protocol = fake_engine().protocol;
    const std::string role_event = R"({"choices":[{"index":0,"delta":{"role":"assistant","content":null}}]})";
    for (const bool told : {true, false}) {
      protocol.role_with_first_token = told;
      ChatStream stream{protocol};
      double at_ms = 0;
      for (const auto& event : {role_event, text_event, text_event, finish_event, usage_event})
        stream.feed("data: " + event + "\n\n", at_ms += 10);
      CHECK(stream.sample().first_counted_ms == (told ? std::optional(10.0) : std::nullopt));
      CHECK(stream.sample().last_counted_ms == (told ? std::optional(40.0) : std::nullopt));
      CHECK(stream.sample().first_token_ms == 20);
    }
  }

  TEST_CASE("what a stream breaks is named") {
    const std::vector<std::pair<std::string, std::vector<std::string>>> rows = {
        {"no finish_reason", {text_event, usage_event, "[DONE]"}},
        {"no [DONE]", {text_event, finish_event, usage_event}},
        {"no usage", {text_event, finish_event, "[DONE]"}},
        {"finish_reason came twice", {text_event, finish_event, finish_event, usage_event, "[DONE]"}},
        {"unknown finish_reason \"eos\"", {R"({"choices":[{"index":0,"delta":{},"finish_reason":"eos"}]})"}},
        {"text after finish_reason", {finish_event, text_event}},
        {"event after [DONE]", {finish_event, usage_event, "[DONE]", text_event}},
        {"not JSON", {"{\"choices\":[{"}},
        {"not valid UTF-8", {"{\"choices\":[{\"delta\":{\"content\":\"\xC3\"}}]}"}},
        {"no JSON object", {"[1,2]"}},
        {"nested more than", {std::string(100'000, '[')}},
        {"more than one choice", {R"({"choices":[{"index":0,"delta":{}},{"index":1,"delta":{}}]})"}},
        {"index \"1\"", {R"({"choices":[{"index":1,"delta":{"content":"x"}}]})"}},
        {"role is \"user\"", {R"({"choices":[{"delta":{"role":"user"}}]})"}},
        {"content is no string", {R"({"choices":[{"delta":{"content":{"a":1}}}]})"}},
        {"negative", {R"({"usage":{"completion_tokens":-3}})"}},
        {"choices is no array", {R"({"choices":7})"}},
        {"an error in the stream", {R"({"error":{"code":500,"message":"no"}})"}},
        {"fragment without index", {call_event(R"({"id":"a","function":{"name":"f","arguments":"{}"}})")}},
        {"arguments are no string", {call_event(R"({"index":0,"id":"a","function":{"name":"f","arguments":{"a":1}}})")}},
        {"name of a tool call changed",
         {call_event(R"({"index":0,"function":{"name":"f"}},{"index":0,"function":{"name":"g"}})")}},
        {"id of a tool call changed", {call_event(R"({"index":0,"id":"a"},{"index":0,"id":"b"})")}},
    };
    for (const auto& [fault, events] : rows) {
      CAPTURE(fault);
      CHECK(has_fault(streamed(events), fault));
    }
  }

  TEST_CASE("a fault that comes a thousand times is named once") {
    const auto sample = streamed(std::vector<std::string>(1000, "{"));
    CHECK(sample.protocol_faults.size() == 4);
  }

  TEST_CASE("an error in the stream is kept") {
    CHECK(streamed({R"({"error":{"code":500,"message":"no"}})"}).error_body == R"({"code":500,"message":"no"})");
  }

  TEST_CASE("fragments of parallel tool calls are gathered by index, byte for byte") {
    const auto sample =
        streamed({call_event(R"({"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}})"),
                  call_event(R"({"index":0,"function":{"arguments":"{\"x\""}})"),
                  call_event(R"({"index":1,"id":"b","type":"function","function":{"name":"g","arguments":"{"}})"),
                  call_event(R"({"index":0,"function":{"arguments":": 1"}},{"index":1,"function":{"arguments":"}"}})"),
                  R"({"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]})", usage_event, "[DONE]"});
    CHECK(sample.protocol_faults.empty());
    CHECK(sample.calls == std::vector<ToolCall>{{0, "a", "function", "f", "{\"x\": 1"}, {1, "b", "function", "g", "{}"}});
    CHECK(sample.first_tool_ms == 10);
    CHECK(sample.last_token_ms == 40);
  }

  TEST_CASE("calls without any index stay apart by their ids") {
    const auto sample = streamed({call_event(R"({"id":"a","function":{"name":"f","arguments":"{"}})"),
                                  call_event(R"({"function":{"arguments":"}"}})"),
                                  call_event(R"({"id":"b","function":{"name":"g","arguments":"{}"}})")});
    REQUIRE(sample.calls.size() == 2);
    CHECK_FALSE(sample.calls[0].index.has_value());
    CHECK(sample.calls[0].arguments == "{}");
    CHECK(sample.calls[1].name == "g");
  }

  TEST_CASE("an event that is cut off is a fault and no text") {
    ChatStream stream{fake_engine().protocol};
    stream.feed("data: " + text_event + "\n", 1);
    stream.finish();
    CHECK(stream.sample().text.empty());
    CHECK(has_fault(stream.sample(), "the last event is cut off"));
  }

  TEST_CASE("an engine without a terminator owes none") {
    auto protocol = fake_engine().protocol;
    protocol.terminator.clear();
    ChatStream stream{protocol};
    for (const auto& event : {text_event, finish_event, usage_event}) stream.feed("data: " + event + "\n\n", 1);
    stream.finish();
    CHECK(stream.sample().protocol_faults.empty());
  }
}

TEST_SUITE("backends/chat message") {
  TEST_CASE("a whole answer gives text, calls and tokens with their alternatives, most probable first") {
    RequestSample sample;
    read_message(fake_engine().protocol,
                 R"({"choices":[{"index":0,"finish_reason":"tool_calls","message":{"role":"assistant","content":"Hi",
      "reasoning_content":"Hm","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},
      {"id":"b","type":"function","function":{"name":"g","arguments":{"x":1}}}]},
      "logprobs":{"content":[{"id":5,"token":"?","bytes":[195,164],"logprob":-0.5,"top_logprobs":[
        {"id":6,"token":"b","bytes":null,"logprob":-2},{"id":5,"token":"?","bytes":[195,164],"logprob":-0.5},
        {"id":7,"token":"c","bytes":[99],"logprob":null}]}]}}],
      "usage":{"prompt_tokens":7,"completion_tokens":2}})",
                 sample);
    CHECK(sample.protocol_faults == std::vector<std::string>{"tool call arguments are no string"});
    CHECK(sample.text == "Hi");
    CHECK(sample.reasoning == "Hm");
    CHECK(sample.calls == std::vector<ToolCall>{{0, "a", "function", "f", "{}"}, {1, "b", "function", "g", R"({"x":1})"}});
    REQUIRE(sample.tokens.size() == 1);
    CHECK(sample.tokens[0].bytes == "\xC3\xA4");
    REQUIRE(sample.tokens[0].top.size() == 3);
    CHECK(sample.tokens[0].top[0].id == 5);
    CHECK(sample.tokens[0].top[1] == TokenAlternative{6, "b", -2});
    CHECK(sample.tokens[0].top[2].id == 7);
  }

  TEST_CASE("an answer with a choice is a chat completion, whatever that says, and nothing else is one") {
    for (const char* body : {R"({"choices":[{"index":0,"message":{"role":"assistant","content":""}}]})",
                             R"({"choices":[{"message":{"role":"assistant","content":null,"reasoning_content":"Hm"}}]})",
                             R"({"choices":[{"message":{"role":"assistant","reasoning":"Hm"},"finish_reason":"length"}]})",
                             R"({"choices":[{"message":{"role":"assistant","content":null}}],"usage":null,"error":null})",
                             "\r\n\r\n{\"choices\":[{}]}"}) {
      CAPTURE(body);
      CHECK(is_chat_completion(body));
    }
    for (const char* body : {"", "7", "null", "[]", "{}", R"({"choices":null})", R"({"choices":[]})", R"({"choices":[7]})",
                             R"({"choices":{"message":{}}})", R"({"error":{"message":"no"}})", R"({"choices":[{"mess)",
                             "data: {\"choices\":[{}]}\n\n", "<html></html>"}) {
      CAPTURE(body);
      CHECK_FALSE(is_chat_completion(body));
    }
  }

  TEST_CASE("an answer without choice, message or sense is all faults and no exception") {
    for (const char* body : {"", "7", "{}", R"({"choices":[]})", R"({"choices":[7]})", R"({"choices":[{"index":0}]})",
                             R"({"choices":[{"message":{"role":"assistant","tool_calls":[7,{"id":"a"}]}}]})"}) {
      CAPTURE(body);
      RequestSample sample;
      read_message(fake_engine().protocol, body, sample);
      CHECK_FALSE(sample.protocol_faults.empty());
    }
  }
}

TEST_SUITE("backends/chat ask") {
  TEST_CASE("an HTTP error is a sample with its status and message") {
    CannedServer server{"HTTP/1.1 503 No\r\nContent-Type: application/json\r\n\r\n{\"error\":{\"message\":\"busy\"}}"};
    const auto sample = ask_canned(server);
    CHECK(sample.http_status == 503);
    CHECK(sample.error_body == R"({"message":"busy"})");
    CHECK(sample.protocol_faults == std::vector<std::string>{"HTTP status 503"});
  }

  TEST_CASE("a stream under the wrong content type is read and the type is a fault") {
    CannedServer server{"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\ndata: " + text_event + "\n\n"};
    const auto sample = ask_canned(server);
    CHECK(sample.text == "Hi");
    CHECK(has_fault(sample, "content type is \"text/html\", not text/event-stream"));
    CHECK(sample.raw == "data: " + text_event + "\n\n");
    CHECK(sample.prompt_id == "p");
  }

  TEST_CASE("a content type is the same in any case of its letters") {
    CannedServer streaming{"HTTP/1.1 200 OK\r\nContent-Type: Text/Event-Stream; charset=UTF-8\r\n\r\ndata: " + text_event +
                           "\n\ndata: " + finish_event + "\n\ndata: " + usage_event + "\n\ndata: [DONE]\n\n"};
    CHECK(ask_canned(streaming).protocol_faults == std::vector<std::string>{});
    ChatOptions options;
    options.streaming = ChatOptions::Streaming::no;
    const std::string answer = R"({"choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"Hi"}}],)"
                               R"("usage":{"prompt_tokens":7,"completion_tokens":2}})";
    CannedServer whole{"HTTP/1.1 200 OK\r\nContent-Type: Application/JSON\r\n\r\n" + answer};
    CHECK(ask_canned(whole, options).protocol_faults == std::vector<std::string>{});
    CannedServer cut{"HTTP/1.1 200 OK\r\nContent-Type: Application/J\r\n\r\n" + answer};
    CHECK(has_fault(ask_canned(cut, options), "content type is \"Application/J\", not application/json"));
  }

  TEST_CASE("a connection that ends in mid-answer is a fault") {
    CannedServer server{"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 9999\r\n\r\ndata: " + text_event +
                        "\n\n"};
    const auto sample = ask_canned(server);
    CHECK(sample.text == "Hi");
    CHECK(has_fault(sample, "closed in mid-answer"));
  }

  TEST_CASE("a connection that stays open after the terminator is left without a fault") {
    CannedServer server{stream_header() + "data: " + text_event + "\n\ndata: " + finish_event + "\n\ndata: " + usage_event +
                            "\n\ndata: [DONE]\n\n",
                        CannedServer::Then::hold};
    CHECK(ask_canned(server).protocol_faults.empty());
  }

  TEST_CASE("no first token in time is timed out, and so is silence after one") {
    ChatOptions options;
    options.deadlines.first_token = 50ms;
    CannedServer mute{stream_header() + ": keepalive\n\n", CannedServer::Then::hold};
    CHECK_THROWS_WITH_AS(ask_canned(mute, options), "no token within 0.05 s", TrialError);
    options.deadlines.first_token = 10s;
    options.deadlines.silence = 50ms;
    CannedServer stuck{stream_header() + "data: " + text_event + "\n\n: keepalive\n\n", CannedServer::Then::hold};
    CHECK_THROWS_WITH_AS(ask_canned(stuck, options), "silent for 0.05 s after 1 pieces of the answer", TrialError);
  }
}
