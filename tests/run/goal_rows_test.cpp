#include "run/goal_rows.hpp"

#include "support/study_fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sweetspot;

TEST_SUITE("run/goal_rows") {
  TEST_CASE("a study answers its own goal with what it recommends, and the others with what their visits would choose") {
    Study study = fixture::improvement();
    study.picks = {{"agent", study.trials[0].config, {}, 1}, {"decode", study.baseline, {}, 1}};
    const auto rows = rows_of(study);
    REQUIRE(rows.size() == 2);  // the study's own goal once
    CHECK(rows[0].goal == "agent");
    CHECK(rows[0].changed == study.recommendation.changed);
    CHECK(rows[0].confirmed);
    CHECK(rows[0].context == 4096);
    CHECK(rows[0].engine == study.target.engine.name);
    CHECK(rows[0].memory_bytes_peak == study.trials[1].measurement->memory_bytes_peak);
    CHECK(rows[1].goal == "decode");
    CHECK(rows[1].changed.values.empty());
  }

  TEST_CASE("an unsound study is a row with its reason and no score") {
    const Study study = fixture::unsound();
    const auto rows = rows_of(study);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].verdict == "unsound");
    CHECK_FALSE(rows[0].score_s);
    CHECK(rows[0].reason == study.recommendation.reason);
  }

  TEST_CASE("the asked goal comes first, of each the fewest seconds, of goal memory the fewest bytes, and no score last") {
    std::vector<GoalRow> rows(6);
    const auto fill = [&](std::size_t i, const char* goal, std::optional<double> score, std::int64_t bytes) {
      rows[i].goal = goal;
      rows[i].score_s = score;
      rows[i].memory_bytes_peak = bytes;
      rows[i].engine = std::to_string(i);
    };
    fill(0, "agent", 3, 1);
    fill(1, "memory", 1, 20);
    fill(2, "decode", std::nullopt, 1);
    fill(3, "decode", 9, 1);
    fill(4, "memory", 2, 10);
    fill(5, "decode", 8, 1);
    sort_rows(rows, "decode");
    std::string order;
    for (const GoalRow& row : rows) order += row.engine;
    CHECK(order == "532041");
  }
}
