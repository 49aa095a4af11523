#include "backends/server_process.hpp"
#include "backends/chat.hpp"
#include "backends/process_memory.hpp"
#include "core/error.hpp"
#include "support/canned_server.hpp"
#include "support/fake_engine.hpp"
#include "support/interrupts.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

using namespace sweetspot;
using namespace std::chrono_literals;

namespace {

constexpr auto ready_timeout = 20s;
constexpr auto grace = 100ms;

ServerProcess started(const std::string& fault = "none", std::chrono::milliseconds timeout = ready_timeout) {
  return ServerProcess::start(fake_engine(), fake_plan(SWEETSPOT_FAKE_SERVER, fault), timeout, NeverInterrupted{}, 0, grace);
}

Failure start_failure(const std::string& fault, std::chrono::milliseconds timeout = ready_timeout) {
  try {
    started(fault, timeout);
  } catch (const TrialError& error) {
    return error.failure();
  }
  FAIL("the server started");
  return {};
}

RequestSample asked(const EngineDescriptor& engine, const ServerProcess& server, const ChatOptions& options = {},
                    const std::string& tools = "") {
  Prompt prompt;
  prompt.id = "p";
  prompt.messages_json = R"([{"role":"user","content":"what a fine day it is today"}])";
  prompt.tools_json = tools;
  return ask({&engine, {"127.0.0.1", server.port(), ""}, server.alias()}, prompt, options, NeverInterrupted{});
}

/// No process of the group is left that could hold anything. (One that nobody has reaped yet holds nothing.)
bool nothing_left(std::int64_t group) { return !group_memory_bytes_peak(group).has_value(); }

CommandOutput shell(const std::string& script, std::chrono::milliseconds timeout = 20s) {
  LaunchPlan plan;
  plan.argv = {"/bin/sh", "-c", script};
  plan.environment = {{"SWEETSPOT_TEST_FOLDER", "{empty_folder}"}, {"SWEETSPOT_TEST_KEPT", "kept"}};
  plan.scrub_environment = {"SWEETSPOT_TEST_"};
  return run_command(plan, timeout, NeverInterrupted{});
}

}  // namespace

TEST_SUITE("backends/run_command") {
  TEST_CASE("a command's output and exit code come back") {
    const auto result = shell("echo out; echo err >&2; exit 3");
    CHECK(result.exit_code == 3);
    CHECK(result.output == "out\nerr\n");
    CHECK_FALSE(result.timed_out);
    CHECK(shell("kill -9 $$").exit_code == 137);
    CHECK(shell("cat").exit_code == 0);  // nothing to read
  }

  TEST_CASE("the environment is ours without what is scrubbed, and a folder of its own that is gone afterwards") {
    setenv("SWEETSPOT_TEST_SECRET", "secret", 1);
    const auto result = shell(
        "echo \"<$SWEETSPOT_TEST_SECRET>$SWEETSPOT_TEST_KEPT\"; touch \"$SWEETSPOT_TEST_FOLDER/x\"; printf %s "
        "\"$SWEETSPOT_TEST_FOLDER\"");
    unsetenv("SWEETSPOT_TEST_SECRET");
    CHECK(result.output.starts_with("<>kept\n/"));
    CHECK_FALSE(std::filesystem::exists(result.output.substr(7)));
  }

  TEST_CASE("a command that takes too long is killed with all that it started") {
    const auto result = shell("sleep 60 & echo $$; sleep 60", 500ms);
    CHECK(result.timed_out);
    CHECK(nothing_left(std::stoll(result.output)));
  }

  TEST_CASE("a command that cannot be started is an error that names it") {
    LaunchPlan plan;
    plan.argv = {"/nonexistent/program"};
    CHECK_THROWS_WITH_AS(run_command(plan, 5s, NeverInterrupted{}),
                         "could not start /nonexistent/program: No such file or directory", Error);
    plan.argv = {"/tmp"};
    CHECK_THROWS_AS(run_command(plan, 5s, NeverInterrupted{}), Error);
    plan.argv = {"/bin/sleep", "60"};
    CHECK_THROWS_AS(run_command(plan, 60s, InterruptAfter{3}), Interrupted);
  }
}

TEST_SUITE("backends/process_memory") {
  TEST_CASE("a group's processor time is that of its living processes, and its peak can begin anew") {
    // In a group of our own, so that nothing else that runs these tests is in it.
    const pid_t before = getpgrp();
    REQUIRE(setpgid(0, 0) == 0);
    const std::int64_t group = getpgrp();
    const double began_s = group_cpu_seconds(group);
    volatile double sum = 0;
    for (int i = 0; i < 100'000'000; ++i) sum = sum + 1;
    CHECK(group_cpu_seconds(group) > began_s);
    constexpr std::int64_t block = 64 << 20;
    const auto small = group_memory_bytes_peak(group);
    CHECK(std::string(block, 'x').back() == 'x');
    const auto large = group_memory_bytes_peak(group);
    REQUIRE(small);
    REQUIRE(large);
#ifndef __APPLE__
    forget_group_memory_peak(group);
    CHECK(*group_memory_bytes_peak(group) <= *large - block / 2);
#endif
    CHECK(*large >= *small);
    CHECK(group_cpu_seconds(0x7ffffff0) == 0);
    CHECK(setpgid(0, before) == 0);
  }
}

TEST_SUITE("backends/server_process start") {
  TEST_CASE("a server that starts is ours, answers, and is gone when it leaves scope") {
    std::int64_t group = 0;
    {
      const auto engine = fake_engine();
      auto server = started();
      group = server.process_id();
      CHECK(server.alive());
      CHECK(server.alias().starts_with("sweetspot-"));
      CHECK(server.properties().find(server.alias()) != std::string::npos);
      CHECK(server.log() == "listening on port " + std::to_string(server.port()) + "\n");
      CHECK(server.memory_bytes_peak().value_or(0) > 0);
      server.forget_memory_peak();
      CHECK(server.memory_bytes_peak().value_or(0) > 0);
      CHECK(server.cpu_seconds() >= 0);
      CHECK_FALSE(nothing_left(group));
      const auto sample = asked(engine, server);
      CHECK(sample.http_status == 200);
      CHECK(sample.protocol_faults.empty());
      CHECK(sample.text.starts_with("You asked: what a fine day"));
      CHECK(sample.timings.draft_n == 10);
    }
    CHECK(nothing_left(group));
  }

  TEST_CASE("each way of not starting is told apart") {
    CHECK(start_failure("exit_at_start").kind == FailureKind::launch_failed);
    CHECK(start_failure("exit_at_start").detail ==
          "the server ended with exit code 1 before it was ready: error: no such model: fake.gguf");
    CHECK(start_failure("oom_at_start").kind == FailureKind::out_of_memory);
    CHECK(start_failure("unsupported_at_start").kind == FailureKind::unsupported);
    const auto slow = start_failure("never_ready", 600ms);
    CHECK(slow.kind == FailureKind::not_ready);
    CHECK(slow.detail == "the server was not ready within 0.6 s");
    CHECK(slow.log_tail.starts_with("listening"));
    const auto stranger = start_failure("wrong_alias");
    CHECK(stranger.kind == FailureKind::not_ready);
    CHECK(stranger.detail.starts_with("another server answers on port"));
    const auto abort = start_failure("abort_at_first");
    CHECK(abort.kind == FailureKind::crashed);
    CHECK(abort.detail.find("SIGABRT") != std::string::npos);
    CHECK(abort.detail.find("GGML_ASSERT") != std::string::npos);
    const auto other_words = start_failure("no_completion");
    CHECK(other_words.kind == FailureKind::bad_response);
    CHECK(other_words.detail ==
          R"(the first completion was answered with no chat completion but "{"message":"model is loading"}")");
    CHECK(other_words.log_tail.starts_with("listening"));
    const auto page = start_failure("no_json");
    CHECK(page.kind == FailureKind::bad_response);
    CHECK(page.detail == R"(the first completion was answered with no chat completion but "<html>welcome</html>")");
  }

  TEST_CASE("an executable that does not exist is a failed launch") {
    try {
      ServerProcess::start(fake_engine(), fake_plan("/nonexistent/server"), ready_timeout, NeverInterrupted{});
      FAIL("started");
    } catch (const TrialError& error) {
      CHECK(error.failure().kind == FailureKind::launch_failed);
    }
  }

  TEST_CASE("a port that is in use is refused before anything is launched") {
    CannedServer other{""};
    try {
      ServerProcess::start(fake_engine(), fake_plan(SWEETSPOT_FAKE_SERVER), ready_timeout, NeverInterrupted{}, other.port());
      FAIL("started");
    } catch (const TrialError& error) {
      CHECK(error.failure().kind == FailureKind::not_ready);
      CHECK(error.failure().detail.find(std::to_string(other.port())) != std::string::npos);
    }
  }

  TEST_CASE("an interrupt while it loads stops the server") {
    CHECK_THROWS_AS(ServerProcess::start(fake_engine(), fake_plan(SWEETSPOT_FAKE_SERVER, "never_ready"), ready_timeout,
                                         InterruptAfter{5}, 0, grace),
                    Interrupted);
  }
}

TEST_SUITE("backends/server_process end") {
  TEST_CASE("a server that ends in mid-answer is a crash that names how") {
    const auto engine = fake_engine();
    for (const std::string fault : {"exit_mid_answer", "kill_self_mid_answer"}) {
      CAPTURE(fault);
      auto server = started(fault);
      const auto sample = asked(engine, server);
      CHECK(sample.text.starts_with("You asked:"));
      CHECK_FALSE(sample.protocol_faults.empty());
      const auto failure = server.exit_failure();
      REQUIRE(failure);
      CHECK(failure->kind == FailureKind::crashed);
      CHECK(failure->detail.find(fault == "exit_mid_answer" ? "exit code 1: error: Compute error." : "SIGKILL") !=
            std::string::npos);
      CHECK_FALSE(server.alive());
      CHECK(nothing_left(server.process_id()));
    }
  }

  TEST_CASE("what a living server does wrong is in the sample or in the failure, and the server is stopped all the same") {
    const auto engine = fake_engine();
    ChatDeadlines silent;
    silent.silence = 100ms;
    ChatDeadlines short_of_time;
    short_of_time.total = 300ms;
    const auto fault_of = [&](const std::string& fault, const ChatDeadlines& deadlines = {}) -> std::string {
      ChatOptions options;
      options.deadlines = deadlines;
      auto server = started(fault);
      const auto group = server.process_id();
      std::string seen;
      try {
        const auto sample = asked(engine, server, options);
        for (const auto& words : sample.protocol_faults) seen += words + "; ";
      } catch (const TrialError& error) {
        seen = std::string{to_string(error.failure().kind)} + ": " + error.failure().detail;
      }
      server.stop();
      server.stop();
      CHECK_FALSE(server.exit_failure());
      CHECK(nothing_left(group));
      return seen;
    };
    CHECK(fault_of("cut_stream") == "no finish_reason at the end; no [DONE] at the end; no usage; ");
    CHECK(fault_of("error_event").starts_with("an error in the stream; "));
    CHECK(fault_of("garbage_json").starts_with("an event is not JSON: "));
    CHECK(fault_of("http_500") == "HTTP status 500; ");
    CHECK(fault_of("slow").empty());
    CHECK(fault_of("hang_mid_answer", silent).starts_with("timed_out: silent for 0.1 s"));
    CHECK(fault_of("giant_line").starts_with("bad_response: the stream holds a line"));
    CHECK(fault_of("endless", short_of_time).starts_with("timed_out: no end within 0.3 s"));
    CHECK(fault_of("ignore_term").empty());
    CHECK(fault_of("fork_child").empty());
  }

  TEST_CASE("what a server leaves behind when it ends by itself is killed") {
    auto plan = fake_plan("/bin/sh");
    plan.argv = {"/bin/sh", "-c",
                 std::string{"trap '' TERM; sleep 60 & exec "} + SWEETSPOT_FAKE_SERVER +
                     " --port {port} --alias {alias} --fault exit_mid_answer"};
    const auto engine = fake_engine();
    auto server = ServerProcess::start(engine, plan, ready_timeout, NeverInterrupted{}, 0, grace);
    asked(engine, server);
    REQUIRE(server.exit_failure());
    CHECK(nothing_left(server.process_id()));
  }

  TEST_CASE("a moved server lives on, and the one that is assigned over is stopped") {
    auto first = started();
    const auto first_group = first.process_id();
    auto second = started();
    const auto second_group = second.process_id();
    first = std::move(second);
    CHECK(nothing_left(first_group));
    CHECK(first.process_id() == second_group);
    CHECK(first.alive());
  }

  TEST_CASE("all started groups can be killed at once") {
    auto server = started("ignore_term");
    kill_all_started_groups();
    const auto failure = server.exit_failure();
    REQUIRE(failure);
    CHECK(failure->detail.find("SIGKILL") != std::string::npos);
  }
}

TEST_SUITE("backends/scoring") {
  TEST_CASE("tools, tokens and next tokens of a server") {
    const auto engine = fake_engine();
    auto server = started();
    const ChatTarget target{&engine, {"127.0.0.1", server.port(), ""}, server.alias()};
    const NeverInterrupted never;

    const std::string tools = R"([{"type":"function","function":{"name":"weather"}}])";
    ChatOptions whole;
    whole.streaming = ChatOptions::Streaming::no;
    const auto streamed_call = asked(engine, server, {}, tools);
    const auto whole_call = asked(engine, server, whole, tools);
    CHECK(streamed_call.protocol_faults.empty());
    CHECK(streamed_call.calls == whole_call.calls);
    CHECK(streamed_call.calls.at(0).arguments == R"({"city":"Paris"})");

    whole.logprobs = ChatOptions::Logprobs::yes;
    const auto scored = asked(engine, server, whole);
    REQUIRE(scored.tokens.size() > 3);
    CHECK(scored.tokens[1].top.at(0).id == scored.tokens[1].id);

    Prompt prompt;
    prompt.messages_json = R"([{"role":"user","content":"ab"}])";
    CHECK(prompt_tokens(target, prompt, never) == std::vector<std::int64_t>{1, '<', '|', 'u', 's', 'e', 'r', '|', '>', 'a', 'b'});
    CHECK(tokenize(target, "ab", never) == std::vector<std::int64_t>{'a', 'b'});
    const auto next = next_token(target, {'a', 'b'}, 5, never);
    CHECK(next.id == 'c');
    CHECK(next.bytes == "c");
    CHECK(next.top.at(0).logprob == -0.125);
    auto without = engine;
    without.protocol.completion_path.clear();
    CHECK_THROWS_AS(next_token({&without, target.endpoint, target.model}, {'a'}, 5, never), TrialError);
  }
}
