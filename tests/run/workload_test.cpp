#include "run/workload.hpp"

#include "core/measurement.hpp"
#include "gate/prompt_set.hpp"
#include "run/measure.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace sweetspot;

namespace {

std::vector<Prompt> workload_of(const std::string& prompt_class) {
  return workload_from_text(
      R"({"id": "own/1", "messages": [{"role": "user", "content": "Hello"}], "class": ")" + prompt_class + R"("})", "work.jsonl");
}

std::vector<std::string> asked_as(const std::vector<Prompt>& prompts, const std::string& as_class) {
  std::vector<std::string> ids;
  for (const TimedRequest& request : requests_of(prompts, {})) {
    if (request.as_class == as_class) ids.push_back(request.prompt.id);
  }
  return ids;
}

}  // namespace

TEST_SUITE("run/workload") {
  TEST_CASE("a workload without long prompts borrows the built-in conversations, and nothing else") {
    const std::vector<Prompt> prompts = timed_workload(workload_of("chat"), find_goal("agent"));
    CHECK(prompts.front().id == "own/1");
    CHECK(std::all_of(prompts.begin() + 1, prompts.end(), [](const Prompt& one) { return one.prompt_class == "long"; }));
    CHECK(asked_as(prompts, class_cold) == std::vector<std::string>{"long-01", "long-02"});
    CHECK(asked_as(prompts, class_warm).size() == 4);
  }

  TEST_CASE("short prompts are borrowed only for a goal that weighs their first token") {
    CHECK(asked_as(timed_workload(workload_of("chat"), find_goal("agent")), "short").empty());
    CHECK(asked_as(timed_workload(workload_of("chat"), find_goal("chat")), "short").size() == 5);
    CHECK(asked_as(timed_workload(workload_of("short"), find_goal("chat")), "short") == std::vector<std::string>(5, "own/1"));
  }

  TEST_CASE("a long prompt of the user's is continued, so that its warm turns are its own") {
    const std::vector<Prompt> prompts = timed_workload(workload_of("long"), find_goal("agent"));
    REQUIRE(prompts.size() == 3);
    CHECK(asked_as(prompts, class_cold) == std::vector<std::string>(2, "own/1"));
    CHECK(asked_as(prompts, class_warm).size() == 4);
    const std::string first = with_nonce(prompts[0], 1, 0).messages_json;
    const std::string second = with_nonce(prompts[1], 1, 0).messages_json;
    CHECK(second.starts_with(first.substr(0, first.size() - 1)));
    CHECK(second.find(R"({"role":"assistant","content":"I have read it."})") != std::string::npos);
  }

  TEST_CASE("where no class of the goal was asked, what was asked is the score") {
    Measurement measurement;
    measurement.classes["chat"].decode_tokens_per_second = 50;
    measurement.decode_tokens_per_second = 50;
    measurement.ttft_ms_p50 = 1000;
    measurement.ttft_warm_ms_p50 = 100;
    REQUIRE(score(find_goal("agent"), measurement));
    CHECK(*score(find_goal("agent"), measurement) == doctest::Approx(1500.0 / 50 + 1 + 9 * 0.1));
    measurement.decode_tokens_per_second.reset();
    CHECK_FALSE(score(find_goal("agent"), measurement));
  }
}
