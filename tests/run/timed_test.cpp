#include "gate/prompt_set.hpp"
#include "run/measure.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

using namespace sweetspot;

namespace {

std::vector<std::string> asked(const std::vector<Prompt>& prompts, const TimedPlan& plan, const std::string& as_class) {
  std::vector<std::string> ids;
  for (const TimedRequest& request : requests_of(prompts, plan)) {
    if (request.as_class == as_class) ids.push_back(request.prompt.id);
  }
  return ids;
}

Prompt prompt_of(const std::string& id, const std::string& prompt_class) {
  Prompt prompt;
  prompt.id = id;
  prompt.prompt_class = prompt_class;
  return prompt;
}

}  // namespace

TEST_SUITE("run/timed") {
  TEST_CASE("a slash in the id of a user's prompt makes it no later turn") {
    const std::vector<Prompt> prompts = {prompt_of("HumanEval/0", "code"), prompt_of("HumanEval/1", "code")};
    TimedPlan plan;
    plan.requests_per_class = 3;
    CHECK(asked(prompts, plan, "code") == std::vector<std::string>{"HumanEval/0", "HumanEval/1", "HumanEval/0"});
  }

  TEST_CASE("a class of later turns alone is not asked") {
    Prompt later = prompt_of("story-2", "chat");
    later.turn_of = "story-1";
    CHECK(requests_of({later}, {}).empty());
  }

  TEST_CASE("a long prompt is followed by its own later turns, as many as are wanted") {
    const TimedPlan plan;
    CHECK(asked(timed_prompts(), plan, class_cold) == std::vector<std::string>{"long-01", "long-02"});
    CHECK(asked(timed_prompts(), plan, class_warm) ==
          std::vector<std::string>{"long-01/2", "long-01/3", "long-02/2", "long-02/3"});
  }

  TEST_CASE("three requests of a class ask a short, a medium and a long answer, in each round") {
    for (int round = 0; round < 4; ++round) {
      TimedPlan plan;
      plan.requests_per_class = 3;
      plan.round = round;
      for (const char* name : {"code", "prose", "tools", "copy"}) {
        std::set<int> lengths;
        for (const TimedRequest& request : requests_of(timed_prompts(), plan)) {
          if (request.as_class == name) lengths.insert(request.prompt.max_tokens);
        }
        CAPTURE(name);
        CHECK(lengths.size() == 3);
      }
    }
  }

  TEST_CASE("the plan caps what a prompt may answer") {
    TimedPlan plan;
    plan.max_tokens = 100;
    for (const TimedRequest& request : requests_of(timed_prompts(), plan)) CHECK(request.prompt.max_tokens <= 100);
  }
}
