#include "backends/chat.hpp"
#include "backends/chat_message.hpp"
#include "backends/chat_stream.hpp"
#include "backends/engine_fixture.hpp"
#include "backends/exit_failure.hpp"
#include "backends/launch_plan.hpp"
#include "support/recorded_answers.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <string>

using namespace sweetspot;
using namespace sweetspot::test;
using namespace sweetspot::testing;
using nlohmann::json;

// mlx_lm.server 0.32.2 as it was recorded on Linux: its help text, its answers, its logs.

namespace {

EngineDescriptor mlx_lm() {
  static const EngineDescriptor engine = find_engine(catalog({}), "mlx-lm");
  return engine;
}

EngineProbe mlx_probe() { return probe_from_texts(mlx_lm(), "0.32.2\n", help_fixture("mlx-lm")); }

RequestSample streamed(const std::string& name) {
  ChatStream stream{mlx_lm().protocol};
  stream.feed(transcript("mlx-lm/" + name), 10);
  stream.finish();
  return stream.sample();
}

LaunchInputs inputs(const std::string& draft_model = "draft") { return {"target", draft_model, 4096, {}}; }

std::string command(const std::string& key) {
  const auto shell = launch_command(mlx_lm(), mlx_probe(), config_from_key(key), {}, inputs()).shell;
  return shell.substr(shell.find(' ') + 1);
}

bool has(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

TEST_SUITE("backends/mlx-lm") {
  TEST_CASE("its help tells spellings and defaults") {
    const EngineProbe probe = mlx_probe();
    CHECK(probe.version == "0.32.2");
    CHECK(probe.find("draft_depth")->spelling == "--num-draft-tokens");
    CHECK(probe.find("prefill_step")->default_value == Value{std::int64_t{2048}});
    CHECK(probe.find("quantized_kv_start")->default_value == Value{std::int64_t{5000}});
    for (const ProbedParameter& parameter : probe.parameters) {
      CAPTURE(parameter.name);
      CHECK(parameter.spelling.has_value());
    }
  }

  TEST_CASE("the printed command has the flag, the measured launch has the request field") {
    CHECK(command("") == "--model target --decode-concurrency 1");
    CHECK(command("draft_depth=4,prompt_cache=0") ==
          "--model target --decode-concurrency 1 --num-draft-tokens 4 --prompt-cache-size 0 --draft-model draft");
    CHECK(command("draft_depth=0") == command(""));
    CHECK(command("parallel=4") == "--model target --decode-concurrency 4");
    CHECK(command("reasoning=off") == "--model target --decode-concurrency 1 --chat-template-args '{\"enable_thinking\":false}'");
    const auto two = launch_plan(mlx_lm(), mlx_probe(), config_from_key("draft_depth=2"), {}, inputs());
    const auto four = launch_plan(mlx_lm(), mlx_probe(), config_from_key("draft_depth=4"), {}, inputs());
    CHECK(two.argv == four.argv);
    CHECK_FALSE(has(four.argv, "--num-draft-tokens"));
    CHECK(has(four.argv, "--draft-model"));
    CHECK(json::parse(four.request_json) == json{{"num_draft_tokens", 4}});
    CHECK(launch_plan(mlx_lm(), mlx_probe(), {}, {}, inputs()).request_json.empty());
  }

  TEST_CASE("a draft depth without a draft model is refused") {
    const auto reason = unsupported_reason(mlx_lm(), mlx_probe(), config_from_key("draft_depth=2"), {}, inputs(""));
    REQUIRE(reason);
    CHECK(reason->find("--draft-model") != std::string::npos);
  }

  TEST_CASE("nothing that it starts calls home or downloads") {
    const auto plan = launch_plan(mlx_lm(), mlx_probe(), {}, {}, inputs());
    CHECK(plan.environment.at("HF_HUB_OFFLINE") == "1");
    CHECK(plan.environment.at("HF_HUB_DISABLE_TELEMETRY") == "1");
    CHECK(plan.environment.at("DO_NOT_TRACK") == "1");
  }

  TEST_CASE("a request carries the configuration's fields, and no seed, which would take it off the batch path") {
    const auto engine = mlx_lm();
    Prompt prompt;
    prompt.messages_json = "[]";
    ChatTarget target{&engine, {}, "default_model"};
    target.request_json = R"({"num_draft_tokens":4})";
    const auto body = json::parse(chat_request_json(target, prompt, {}));
    CHECK(body.at("num_draft_tokens") == 4);
    CHECK(body.at("temperature") == 0);
    CHECK_FALSE(body.contains("seed"));
  }

  TEST_CASE("its stream is read: comments, a role in every delta, usage in an event of another kind") {
    const auto sample = streamed("stream.txt");
    CHECK(sample.protocol_faults.empty());
    CHECK(sample.text == "The capital of France is Paris.");
    CHECK(sample.finish_reason == "stop");
    CHECK(sample.usage.completion_tokens == 11);
    CHECK(sample.usage.cached_tokens == 20);
    CHECK(sample.usage.total_tokens == 32);
  }

  TEST_CASE("a tool call comes whole in one delta") {
    const auto sample = streamed("stream-tool.txt");
    CHECK(sample.protocol_faults.empty());
    REQUIRE(sample.calls.size() == 1);
    CHECK(sample.calls[0].arguments == R"({"city": "Bergen", "unit": "celsius"})");
    CHECK(sample.finish_reason == "tool_calls");
  }

  TEST_CASE("vocabulary pieces of the log probabilities become the text that they stand for") {
    RequestSample sample;
    read_message(mlx_lm().protocol, transcript("mlx-lm/plain-logprobs.json"), sample);
    CHECK(sample.protocol_faults.empty());
    std::string text;
    for (const TokenRecord& token : sample.tokens) text += token.bytes;
    CHECK(text == sample.text);
    REQUIRE(sample.tokens.size() == 4);
    CHECK(sample.tokens[1].top[1].bytes == " li");
  }

  TEST_CASE("a process that lives on though it will never serve is told from one that loads") {
    const auto engine = mlx_lm();
    const auto missing = hopeless(engine, transcript("mlx-lm/missing-model.log"));
    REQUIRE(missing);
    CHECK(missing->kind == FailureKind::launch_failed);
    CHECK(missing->detail.find("/nonexistent/model") != std::string::npos);
    const auto busy = hopeless(engine, transcript("mlx-lm/port-in-use.log"));
    REQUIRE(busy);
    CHECK(busy->kind == FailureKind::not_ready);
    CHECK(busy->detail.find("Address already in use") != std::string::npos);
    CHECK_FALSE(hopeless(engine, "2026-11-21 03:01:46,867 - INFO - Starting httpd at 127.0.0.1 on port 18085...\n"));
    CHECK_FALSE(hopeless(llama_server(), transcript("mlx-lm/missing-model.log")));
  }
}
