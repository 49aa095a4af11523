#include "run/study_key.hpp"

#include "support/study_fixture.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

using namespace sweetspot;

namespace {

ModelIdentity draft_model() {
  ModelIdentity model;
  model.sha256 = "draft";
  return model;
}

/// What is said when this changed since.
std::vector<std::string> reasons_when(const std::function<void(Study&)>& change) {
  const Study saved = fixture::improvement();
  Study now = saved;
  change(now);
  return stale_reasons(saved, now);
}

}  // namespace

TEST_SUITE("run/study_key") {
  TEST_CASE("nothing that changed is nothing stale") {
    CHECK(reasons_when([](Study&) {}).empty());
  }

  TEST_CASE("whatever the key is made of makes a recommendation stale when it is another one, and is named") {
    const std::vector<std::pair<std::string, std::function<void(Study&)>>> changes = {
        {"the engine's version", [](Study& now) { now.target.engine.version = "b2"; }},
        {"the engine's binary", [](Study& now) { now.target.engine.binary = "/elsewhere"; }},
        {"the model's content", [](Study& now) { now.target.model.sha256 = "x"; }},
        {"the draft model's content", [](Study& now) { now.target.draft_model = draft_model(); }},
        {"the system", [](Study& now) { now.target.machine.os = "Debian 13"; }},
        {"the kernel", [](Study& now) { now.target.machine.kernel = "6.12"; }},
        {"the machine", [](Study& now) { now.target.machine.model = "Mac15,9"; }},
        {"the processor", [](Study& now) { now.target.machine.cpu = "M3"; }},
        {"the memory", [](Study& now) { now.target.machine.memory_bytes /= 2; }},
        {"the accelerator", [](Study& now) { now.target.machine.accelerator = "GPU"; }},
        {"the number of graphics cores", [](Study& now) { now.target.machine.gpu_cores = 40; }},
        {"the goal", [](Study& now) { now.goal = "chat"; }},
        {"the sampler", [](Study& now) { now.sampler = "temperature=0.6"; }},
        {"what is fixed", [](Study& now) { now.fixed.values["context"] = std::int64_t{8192}; }},
        {"the pace", [](Study& now) { now.pace = Pace::burst; }},
        {"the timed prompts", [](Study& now) { now.key = "another"; }}};
    for (const auto& [name, change] : changes) {
      CAPTURE(name);
      const auto reasons = reasons_when(change);
      REQUIRE(reasons.size() == 1);
      CHECK(reasons[0].starts_with(name));
    }
  }

  TEST_CASE("studies of other machines, models, goals, samplers, workloads, flags or paces have other keys") {
    const Target target = fixture::target();
    const Config fixed = fixture::config({{"context", std::int64_t{4096}}});
    const std::string key = study_key(target, "agent", {}, "w", fixed, Pace::sustained);
    CHECK(key == study_key(target, "agent", {}, "w", fixed, Pace::sustained));
    Target drafted = target;
    drafted.draft_model = draft_model();
    for (const std::string& other :
         {study_key(drafted, "agent", {}, "w", fixed, Pace::sustained),
          study_key(target, "chat", {}, "w", fixed, Pace::sustained),
          study_key(target, "agent", {{"temperature", 0.6}}, "w", fixed, Pace::sustained),
          study_key(target, "agent", {}, "v", fixed, Pace::sustained), study_key(target, "agent", {}, "w", {}, Pace::sustained),
          study_key(target, "agent", {}, "w", fixed, Pace::burst)})
      CHECK(other != key);
  }
}
