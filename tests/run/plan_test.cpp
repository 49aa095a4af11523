#include "run/plan.hpp"
#include "run/confirm.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace sweetspot;

namespace {

/// 100 tokens a second, 1000 read a second, two seconds to launch.
Observation machine() {
  Observation seen;
  seen.decode_tokens_per_second = 100;
  seen.prefill_tokens_per_second = 1000;
  seen.launch_s = 2;
  seen.context = 8192;
  return seen;
}

/// Two prompts with tools and one text.
std::vector<Prompt> few_prompts() {
  std::vector<Prompt> prompts(3);
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    prompts[i].id = "prompt-" + std::to_string(i);
    prompts[i].prompt_class = i < 2 ? "tools" : "prose";
    if (i < 2) prompts[i].tools_json = "[]";
  }
  return prompts;
}

StudyPlan plan_with(const std::vector<Api>& apis) {
  return planned(machine(), few_prompts(), 10, find_goal("agent"), 1800, apis);
}

// Streamed and not: 2 x (60 + 60 + 110) tokens, and 6 prompts of 160 tokens to read.
constexpr double quick_s = 4.6 + 0.96;

}  // namespace

TEST_SUITE("run/plan") {
  TEST_CASE("an API beside chat costs the reference a launch and its prompts, and each candidate its prompts") {
    const StudyPlan chat = plan_with({});
    const StudyPlan messages = plan_with({Api::messages});
    const StudyPlan both = plan_with({Api::messages, Api::responses});
    CHECK(messages.reference_s - chat.reference_s == doctest::Approx(quick_s + 2));
    CHECK(messages.candidate_s - chat.candidate_s == doctest::Approx(quick_s));
    CHECK(both.reference_s - chat.reference_s == doctest::Approx(2 * quick_s + 2));  // one launch serves them
    CHECK(both.candidate_s - chat.candidate_s == doctest::Approx(2 * quick_s));
    CHECK(messages.reference == chat.reference);
    CHECK(messages.confirm_block_s == chat.confirm_block_s);
  }

  TEST_CASE(
      "what a goal asks beside its prompts costs each visit, and what is kept for the confirm is not promised to the search") {
    const StudyPlan plain = plan_with({});
    const StudyPlan deep = planned(machine(), few_prompts(), 10, find_goal("long-context"), 1800, {}, 60);
    const StudyPlan flat = planned(machine(), few_prompts(), 10, find_goal("long-context"), 1800, {});
    CHECK(deep.candidate_s - flat.candidate_s == doctest::Approx(60));
    CHECK(deep.confirm_block_s - flat.confirm_block_s == doctest::Approx(240));
    CHECK(estimate_text(deep, 1800).find("time for about") != std::string::npos);
    CHECK(estimate_text(plain, 1800).find("time for about") == std::string::npos);
    CHECK(reserved_seconds(1000, 100, 50) == doctest::Approx(350));
    CHECK(reserved_seconds(1000, 400, 50) == doctest::Approx(450));
    CHECK(reserved_seconds(1000, 900, 900) == doctest::Approx(750));  // half for the confirm, a quarter for the check
  }

  TEST_CASE("the time kept for a finalist holds the longer reference over the API and the finalist's own answers") {
    const StudyPlan chat = plan_with({});
    const StudyPlan messages = plan_with({Api::messages});
    const double kept_s = messages.finalist_s - chat.finalist_s;
    constexpr double ten_tool_prompts_s = 10 * 2 * (60 / 100.0 + 160 / 1000.0);
    CHECK(kept_s > 2 * ten_tool_prompts_s + 2);
    CHECK(messages.whole_s - chat.whole_s == doctest::Approx(11 * quick_s + 2 + kept_s));
    CHECK(estimate_text(messages, 1800) != estimate_text(chat, 1800));
  }

  TEST_CASE("what a check takes is said for one side, and with its blocks for two") {
    StudyPlan plan;
    plan.reference_s = 40;
    plan.candidate_s = 30;
    plan.finalist_s = 90;
    plan.confirm_block_s = 120;
    CHECK(sides_estimate_text(plan, 1, Tier::quick) == "estimate: reference 40 s unless cached, check 30 s");
    CHECK(sides_estimate_text(plan, 2, Tier::standard) ==
          "estimate: reference 40 s unless cached, check 4 min, each block of 4 launches 2 min");
  }
}
