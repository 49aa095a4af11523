// Context depths, with the demo engine.
#include "support/program.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace {

using Json = nlohmann::json;
using namespace sweetspot::testing;

}  // namespace

TEST_SUITE("process/depth") {
  TEST_CASE("each depth is met, measured cold and warm, and the warm turn does not read it again") {
    const Outcome outcome = sweetspot_run("measure demo-engine -q --json --goal decode --depths 0,1k,3k -- --time-scale 100");
    INFO(outcome.err);
    REQUIRE(outcome.exit_code == 0);
    CHECK(Json::parse(outcome.out).at("ceiling_tokens_per_second").is_null());  // the demo's models are no files
    const Json rows = Json::parse(outcome.out).at("measurement").at("depths");
    REQUIRE(rows.size() == 3);
    CHECK(rows.at(0).at("prompt_tokens").get<int>() < 200);
    for (const int i : {1, 2}) {
      const Json& row = rows.at(static_cast<std::size_t>(i));
      const double depth = row.at("depth").get<double>();
      CHECK(row.at("prompt_tokens").get<double>() > 0.8 * depth);
      CHECK(row.at("prompt_tokens").get<double>() < 1.25 * depth);
      CHECK(row.at("failure").is_null());
      CHECK(row.at("ttft_cold_ms").is_number());
      CHECK(row.at("ttft_warm_ms").is_number());
      CHECK(row.at("memory_bytes").is_number());
    }
  }

  TEST_CASE("a depth that the engine does not survive is data, and ends the row") {
    const Outcome outcome = sweetspot_run(
        "measure demo-engine -q --json --goal decode --depths 1k,3k -- --time-scale 0 --trap 'oom-crash-mid-run:1@context>2000'");
    INFO(outcome.err);
    REQUIRE(outcome.exit_code == 0);
    const Json rows = Json::parse(outcome.out).at("measurement").at("depths");
    REQUIRE(rows.size() == 2);
    CHECK(rows.at(0).at("failure").is_null());
    CHECK(rows.at(1).at("failure").get<std::string>().starts_with("out_of_memory: "));
  }

  TEST_CASE("a study measures default and candidate at depth, and says it") {
    const Outcome outcome =
        sweetspot_run("demo -q --budget 60s --trials 2 --tier quick --param draft_depth=0,3 --depths 2k -- --time-scale 400");
    INFO(outcome.err);
    REQUIRE(outcome.exit_code == 0);
    CHECK(outcome.out.find("At depth") != std::string::npos);
    CHECK(outcome.out.find("2048 tokens") != std::string::npos);
  }

  TEST_CASE("a session grows over ten turns, and each is read from the one before") {
    const Outcome outcome =
        sweetspot_run("measure demo-engine -q --json --goal decode --session --depths 3k -- --time-scale 100");
    INFO(outcome.err);
    REQUIRE(outcome.exit_code == 0);
    const Json turns = Json::parse(outcome.out).at("measurement").at("turns");
    REQUIRE(turns.size() == 10);
    int before = 0;
    for (const Json& turn : turns) {
      CHECK(turn.at("failure").is_null());
      CHECK(turn.at("ttft_ms").is_number());
      CHECK(turn.at("memory_bytes").is_number());
      CHECK(turn.at("prompt_tokens").get<int>() > before);
      before = turn.at("prompt_tokens").get<int>();
    }
    CHECK(before > 0.75 * 3072);
    CHECK(before < 1.1 * 3072);
  }

  TEST_CASE("a session that the engine does not survive ends in the turn that it died in") {
    const Outcome outcome = sweetspot_run(
        "measure demo-engine -q --json --goal decode --session --depths 3k -- --time-scale 0 --trap "
        "'oom-crash-mid-run:1@context>2000'");
    INFO(outcome.err);
    REQUIRE(outcome.exit_code == 0);
    const Json turns = Json::parse(outcome.out).at("measurement").at("turns");
    REQUIRE(turns.size() < 10);
    CHECK(turns.back().at("failure").is_string());
  }

  TEST_CASE("several clients are asked at once, and counted") {
    const Outcome outcome =
        sweetspot_run("measure demo-engine -q --json --goal decode --concurrency 3 --set parallel=3 -- --time-scale 20");
    INFO(outcome.err);
    REQUIRE(outcome.exit_code == 0);
    const Json crowd = Json::parse(outcome.out).at("measurement").at("concurrency");
    CHECK(crowd.at("clients") == 3);
    CHECK(crowd.at("requests") == 12);
    CHECK(crowd.at("failed") == 0);
    CHECK(crowd.at("tokens_per_second").is_number());
    CHECK(crowd.at("ttft_ms_p95").is_number());
  }

  TEST_CASE("the goals of depth and of many clients have a score, or say what they need") {
    const Outcome deep = sweetspot_run(
        "demo -q --json --goal long-context --depths 1k --budget 25s --trials 2 --tier quick --param draft_depth=0,3 "
        "-- --time-scale 400");
    INFO(deep.err);
    REQUIRE(deep.exit_code == 0);
    CHECK(Json::parse(deep.out).at("baseline").at("measurement").at("score_s").is_number());
    const Outcome crowd = sweetspot_run(
        "demo -q --json --goal batch --budget 35s --trials 2 --tier quick --param parallel=1,4 --param draft_depth=0 "
        "-- --time-scale 40");
    INFO(crowd.err);
    REQUIRE(crowd.exit_code == 0);
    CHECK(Json::parse(crowd.out).at("baseline").at("measurement").at("score_s").is_number());
    const Outcome unasked = sweetspot_run("measure demo-engine -q --json --goal long-context -- --time-scale 100");
    INFO(unasked.err);
    REQUIRE(unasked.exit_code == 0);
    CHECK(Json::parse(unasked.out).at("measurement").at("depths").size() == 1);
    CHECK(Json::parse(unasked.out).at("measurement").at("score_s").is_number());
    const Outcome alone = sweetspot_run("demo --goal batch --param draft_depth=0,3");
    CHECK(alone.exit_code == 2);
    CHECK(alone.err.find("--concurrency") != std::string::npos);
  }

  TEST_CASE("a context that is too small for the depth is refused, and so is what is no depth") {
    const Outcome small = sweetspot_run("measure demo-engine --depths 4k --context 4096");
    CHECK(small.exit_code == 2);
    CHECK(small.err.find("5120 is needed") != std::string::npos);
    const Outcome wrong = sweetspot_run("measure demo-engine --depths 4k,deep");
    CHECK(wrong.exit_code == 2);
    CHECK(wrong.err.find("'deep'") != std::string::npos);
  }
}
