#include "backends/descriptor.hpp"
#include "demo_engine/server/options.hpp"
#include "demo_engine/server/trap_condition.hpp"
#include "gate/gate.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <tuple>
#include <vector>

TEST_SUITE("demo/server options") {
  TEST_CASE("the engine and its descriptor agree on what each flag may do to the answers") {
    const auto engine = sweetspot::find_engine(sweetspot::catalog(""), "demo-engine");
    CHECK(engine.parameters.size() == demo::option_names().size());
    for (const sweetspot::EngineParameter& row : engine.parameters) {
      CAPTURE(row.parameter.name);
      CHECK(demo::option_value({}, row.parameter.name).has_value());
      CHECK(demo::option_effect(row.parameter.name) == sweetspot::to_string(row.parameter.effect));
    }
  }

  TEST_CASE("tokens taken unverified are never as good as the model's own, whatever the checks saw") {
    const auto engine = sweetspot::find_engine(sweetspot::catalog(""), "demo-engine");
    std::vector<sweetspot::Parameter> parameters;
    parameters.reserve(engine.parameters.size());
    for (const sweetspot::EngineParameter& row : engine.parameters) parameters.push_back(row.parameter);
    sweetspot::Config config{{{"draft_depth", std::int64_t{3}}}};
    CHECK(sweetspot::tripped_trap(engine, parameters, config) == nullptr);
    config.values["optimistic"] = "on";
    const sweetspot::Trap* trap = sweetspot::tripped_trap(engine, parameters, config);
    REQUIRE(trap != nullptr);
    CHECK(trap->cap == "lossy");
  }

  TEST_CASE("a trap may wait for a flag of a class") {
    const demo::Options verified = demo::parse_options({"--draft-depth", "3"});
    const demo::Options optimistic = demo::parse_options({"--draft-depth", "3", "--optimistic"});
    for (const auto& [name, of_verified, of_optimistic] :
         {std::tuple{"numeric", true, true}, std::tuple{"unverified", false, true}, std::tuple{"lossy", false, false}}) {
      CAPTURE(name);
      const demo::TrapCondition condition = demo::parse_condition(name);
      CHECK(demo::holds_at_launch(condition, verified) == of_verified);
      CHECK(demo::holds_at_launch(condition, optimistic) == of_optimistic);
    }
  }
}
