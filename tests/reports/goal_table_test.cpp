#include "reports/goal_table.hpp"

#include "support/golden.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <vector>

using namespace sweetspot;

namespace {

std::vector<GoalRow> rows() {
  GoalRow fast;
  fast.goal = "agent";
  fast.study = "7f3a2c90-1111-4222-8333-444455556666";
  fast.engine = "llama-server";
  fast.engine_version = "b11669";
  fast.model = "qwen";
  fast.quantisation = "F16";
  fast.context = 8192;
  fast.changed.values = {{"draft_depth", std::int64_t{3}}};
  fast.score_s = 12.345;
  fast.decode_tokens_per_second = 41.5;
  fast.memory_bytes_peak = 1'600'000'000;
  fast.verdict = "tie";
  fast.confirmed = true;
  GoalRow slow = fast;
  slow.study = "0b1c2d3e-1111-4222-8333-444455556666";
  slow.engine = "mlx-lm";
  slow.model = "qwen \x1b[2J";
  slow.changed = {};
  slow.score_s = 20;
  slow.verdict = "pass";
  GoalRow broken = fast;
  broken.study.clear();
  broken.score_s.reset();
  broken.decode_tokens_per_second.reset();
  broken.memory_bytes_peak.reset();
  broken.verdict = "error";
  broken.reason = "launch_failed: out of memory";
  GoalRow other = slow;
  other.goal = "memory";
  other.confirmed = false;
  return {fast, slow, broken, other};
}

}  // namespace

TEST_SUITE("reports/goal_table") {
  TEST_CASE("golden: engines and models by goal, with what could not be run") {
    const auto text = goal_table_text(rows());
    CHECK(text == fixture::golden("report-several.txt", text));
    CHECK(text.find('\x1b') == std::string::npos);
  }

  TEST_CASE("as JSON, what is not known is null") {
    const auto json = nlohmann::json::parse(goal_table_json(rows()));
    REQUIRE(json.size() == 4);
    CHECK(json[0].at("score_s") == 12.345);
    CHECK(json[0].at("changed").at("draft_depth") == 3);
    CHECK(json[2].at("score_s").is_null());
    CHECK(json[2].at("study").is_null());
    CHECK(json[2].at("reason") == "launch_failed: out of memory");
    CHECK(json[3].at("confirmed") == false);
  }
}
