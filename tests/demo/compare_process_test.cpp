// Two sides against each other, with the demo engine.
#include "support/program.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <string>

namespace {

using Json = nlohmann::json;
using namespace sweetspot::testing;

Outcome compare(const std::string& arguments) {
  return sweetspot_run("compare demo-engine -q --json --tier quick " + arguments + " -- --time-scale 0");
}

/// A build of the demo engine that adds arguments of its own.
std::string build_with(const std::string& name, const std::string& arguments) {
  const auto engine = std::filesystem::path(SWEETSPOT_BINARY).parent_path() / "sweetspot-demo-engine";
  const auto path = scratch() / name;
  std::ofstream(path) << "#!/bin/sh\nexec '" << engine.string() << "' " << arguments << " \"$@\"\n";
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  return path.string();
}

}  // namespace

TEST_SUITE("process/compare") {
  TEST_CASE("two honest configurations are both checked, and timed in pairs") {
    const Outcome outcome = compare("--fix optimistic=off --a draft_depth=0 --b draft_depth=3 --budget 40s");
    INFO(outcome.err);
    REQUIRE(outcome.exit_code == 0);
    const Json report = Json::parse(outcome.out);
    CHECK(report.at("a").at("config").at("draft_depth") == 0);
    CHECK(report.at("b").at("config").at("draft_depth") == 3);
    for (const char* side : {"a", "b"}) {
      CAPTURE(side);
      const std::string verdict = report.at("verdicts").at(side);
      CHECK((verdict == "pass" || verdict == "tie"));
      CHECK(report.at(side).at("measurement").at("decode_tokens_per_second").is_number());
    }
    REQUIRE(report.at("pairs").get<int>() >= 1);
    CHECK(report.at("ratio").is_number());
    if (report.at("pairs").get<int>() >= 6) {  // fewer exclude nothing: there is no interval
      CHECK(report.at("ratio_low") <= report.at("ratio"));
      CHECK(report.at("ratio_high") >= report.at("ratio"));
    }
  }

  TEST_CASE("a side that is broken ends the comparison with evidence, untimed") {
    const Outcome outcome = compare("--fix draft_depth=3 --a optimistic=off --b optimistic=on --budget 40s");
    INFO(outcome.err);
    REQUIRE(outcome.exit_code == 1);
    const Json report = Json::parse(outcome.out);
    CHECK(report.at("verdicts").at("b") == "broken");
    CHECK(report.at("b").at("verdict").at("evidence").at("prompt_id").is_string());
    CHECK(report.at("pairs") == 0);
    CHECK(report.at("ratio").is_null());
  }

  TEST_CASE("two builds are compared with each other: one that answers otherwise is broken") {
    const std::string old_build = build_with("old-build", "");
    const std::string new_build = build_with("new-build", "--trap token-soup-late");
    const Outcome outcome = compare("--a-binary " + old_build + " --b-binary " + new_build + " --budget 40s");
    INFO(outcome.err);
    REQUIRE(outcome.exit_code == 1);
    const Json report = Json::parse(outcome.out);
    CHECK(report.at("verdicts").at("a") != "broken");
    CHECK(report.at("verdicts").at("b") == "broken");
    CHECK(report.at("b").at("config").at("binary") == new_build);
    CHECK(report.at("b").at("command").at("argv").at(0) == new_build);
    CHECK(report.at("b").at("engine").at("binary") == new_build);
    CHECK_FALSE(report.at("b").at("engine").at("version").get<std::string>().empty());
  }

  TEST_CASE("another model under the same configuration is judged by the first one's answers") {
    const Outcome outcome = compare("-m demo-27b --b model=demo-9b --budget 40s");
    INFO(outcome.err);
    const Json report = Json::parse(outcome.out);
    CHECK(report.at("b").at("config").at("model") == "demo-9b");
    CHECK(report.at("b").at("command").dump().find("demo-9b") != std::string::npos);
    CHECK(report.at("verdicts").at("b") == "pass");  // the demo's models differ in speed alone
    CHECK(report.at("pairs").get<int>() >= 1);
  }

  TEST_CASE("where the goal is about depth, both sides are timed at depth") {
    const Outcome outcome = compare("--goal long-context --fix optimistic=off --a draft_depth=0 --b draft_depth=3 --budget 60s");
    INFO(outcome.err);
    REQUIRE(outcome.exit_code == 0);
    const Json report = Json::parse(outcome.out);
    CHECK(report.at("a").at("measurement").at("depths").size() == 1);
    CHECK(report.at("pairs").get<int>() >= 1);
  }

  TEST_CASE("sides that are the same, and builds that are not there, are refused before anything starts") {
    const Outcome same = sweetspot_run("compare demo-engine --a draft_depth=3 --b draft_depth=3");
    CHECK(same.exit_code == 2);
    CHECK(same.err.find("both sides are the same") != std::string::npos);
    const Outcome missing = sweetspot_run("compare demo-engine --b-binary /nowhere/engine");
    CHECK(missing.exit_code == 2);
    CHECK(missing.err.find("/nowhere/engine") != std::string::npos);
  }

  TEST_CASE("a saved winner is verified again, and the history is kept") {
    const std::string store = (scratch() / "again.sqlite").string();
    const Outcome tuned = sweetspot_run("demo -q --json --store " + store +
                                        " --budget 60s --trials 2 --tier quick --param draft_depth=0,3 -- --time-scale 400");
    INFO(tuned.err);
    REQUIRE(tuned.exit_code == 0);
    const std::string kind = Json::parse(tuned.out).at("recommendation").at("kind");
    for (const std::size_t times : {1U, 2U}) {
      const Outcome again = sweetspot_run("reverify -q --json --store " + store);
      INFO(again.err);
      const Json report = Json::parse(again.out);
      CHECK(report.at("history").size() == times);
      const std::string outcome = report.at("now").at("outcome");
      CHECK((outcome == "pass" || outcome == "tie"));
      CHECK(report.at("now").at("stale").empty());
      CHECK(report.at("now").at("ratio").is_number() == (kind == "improvement"));
    }
    const Outcome shown = sweetspot_run("show --store " + store);
    CHECK(shown.out.find("Verified again") != std::string::npos);
    const Outcome nothing = sweetspot_run("reverify --store " + (scratch() / "empty.sqlite").string());
    CHECK(nothing.exit_code == 2);
  }

  TEST_CASE("a build that lacks a flag of what was recommended is told in the history") {
    const std::string store = (scratch() / "lacking.sqlite").string();
    const std::string build = build_with("lacking-build", "");
    const Outcome tuned =
        sweetspot_run("tune demo-engine -q --json --binary " + build + " --store " + store +
                      " --budget 20s --trials 1 --tier quick --fix draft_depth=3 --param threads=1 -- --time-scale 400");
    INFO(tuned.err);
    REQUIRE(tuned.exit_code == 0);
    const auto engine = std::filesystem::path(SWEETSPOT_BINARY).parent_path() / "sweetspot-demo-engine";
    std::ofstream(build) << "#!/bin/sh\n'" << engine.string() << "' \"$@\" | grep -v -- --draft\n";
    const Outcome again = sweetspot_run("reverify -q --json --store " + store);
    INFO(again.err);
    CHECK(again.exit_code == 1);
    const Json report = Json::parse(again.out);
    REQUIRE(report.at("history").size() == 1);
    CHECK(report.at("now").at("detail").get<std::string>().find("draft_depth") != std::string::npos);
    CHECK(report.at("now").at("holds") == false);
  }

  TEST_CASE("a bound keeps what exceeds it from being recommended, and says so") {
    const Outcome outcome = sweetspot_run(
        "demo -q --budget 20s --param draft_depth=0,3 --param optimistic=off --require 'memory_bytes_peak<1M' -- --time-scale 0");
    INFO(outcome.err);
    CHECK(outcome.exit_code == 1);  // not even the default is as required
    CHECK(outcome.out.find("Not as required") != std::string::npos);
    CHECK(outcome.out.find("the default is not as required: memory_bytes_peak<1M") != std::string::npos);
    const Outcome wrong = sweetspot_run("demo --require 'ttft_ms_p59<500'");
    CHECK(wrong.exit_code == 2);
    CHECK(wrong.err.find("ttft_ms_p50") != std::string::npos);
    const Outcome alone = sweetspot_run("demo --require 'concurrency_ttft_ms_p95<500'");
    CHECK(alone.exit_code == 2);
    CHECK(alone.err.find("--concurrency") != std::string::npos);
  }
}
