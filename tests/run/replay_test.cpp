#include "run/replay.hpp"

#include "core/error.hpp"
#include "run/warm_start.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

using namespace sweetspot;

namespace {

constexpr auto small =
    "size,mode,ms\n"
    "1,fast,4;5;9\n"
    "2,fast,2\r\n"
    "4,fast,CompilationFailedConfig\n"
    "1,\"a, b\",8\n"
    "\n"
    "2,\"a, b\",10\n";

std::string refusal_of(const std::string& csv) {
  try {
    read_table(csv, "t.csv");
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

/// The recorded order of rows, whatever the history says of them.
std::optional<Config> in_order(const SearchSpace& space, const std::vector<Trial>& history, std::uint64_t) {
  if (history.size() >= space.rows.size() / space.axes.size()) return std::nullopt;
  Config config = space.baseline;
  for (std::size_t axis = 0; axis < space.axes.size(); ++axis)
    config.values[space.axes[axis].parameter] = space.axes[axis].values[space.rows[history.size() * space.axes.size() + axis]];
  return config;
}

constexpr Strategy recorded_order{"in order", "", in_order};

double no_time() { return 0; }

}  // namespace

TEST_SUITE("run/recorded_table") {
  TEST_CASE("a table is a space of its rows: medians, failures by their word, values in quotes") {
    const RecordedTable table = read_table(small, "t.csv");
    REQUIRE(table.results.size() == 5);
    CHECK(table.results[0].ms == 5.0);
    CHECK_FALSE(table.results[2].ms);
    CHECK(table.results[2].failure == "CompilationFailedConfig");
    CHECK(table.space.axes[0].values == std::vector<Value>{std::int64_t{1}, std::int64_t{2}, std::int64_t{4}});
    CHECK(table.space.axes[1].values[1] == Value{std::string("a, b")});
    CHECK(valid_configurations(table.space).size() == 5);
    CHECK(optimum_ms(table) == 2.0);
    CHECK(read_table(csv_of(table), "t.csv").results.size() == 5);
    CHECK(csv_of(read_table(csv_of(table), "t.csv")) == csv_of(table));
  }

  TEST_CASE("what is wrong is named with its line") {
    CHECK(refusal_of("").find("holds no configurations") != std::string::npos);
    CHECK(refusal_of("a,ms\n").find("holds no configurations") != std::string::npos);
    CHECK(refusal_of("a,b\n1,2\n").find("t.csv line 1 is no recorded table") == 0);
    CHECK(refusal_of("a,a,ms\n1,2,3\n").find("no name of its own") != std::string::npos);
    CHECK(refusal_of("a,ms\n1,2,3\n").find("t.csv line 2: 3 fields") == 0);
    CHECK(refusal_of("a,ms\n1,2\n1,3\n").find("t.csv line 3") == 0);
    CHECK(refusal_of("a,ms\n1,\n").find("time is missing") != std::string::npos);
    CHECK_THROWS_AS(optimum_ms(read_table("a,ms\n1,failed\n", "t.csv")), Error);
    CHECK_THROWS_AS(load_table("/no/such/table.csv"), Error);
  }

  TEST_CASE("a study's trials are a table: scores, failures and what was rejected") {
    Study study;
    study.id = "s";
    study.baseline.values = {{"a", std::int64_t{0}}};
    const auto trial = [&](std::int64_t a, double seconds) {
      Trial one;
      one.config.values = {{"a", a}};
      one.changed = difference(one.config, study.baseline);
      one.verdict = Verdict{};
      one.verdict->outcome = Outcome::pass;
      Visit visit;
      visit.measurement.score_s = seconds;
      one.visits.push_back(visit);
      return one;
    };
    study.trials = {trial(0, 2), trial(1, 1), trial(2, 0.5)};
    study.trials[2].verdict->outcome = Outcome::broken;
    const RecordedTable table = table_of(study);
    REQUIRE(table.results.size() == 3);
    CHECK(table.results[0].ms == doctest::Approx(2000));
    CHECK(optimum_ms(table) == doctest::Approx(1000));
    CHECK(table.results[2].failure == "broken");
    CHECK_THROWS_AS(table_of(Study{}), Error);
  }
}

TEST_SUITE("run/table_t4") {
  TEST_CASE("a table written as T4 is the same table again, failures with their own words") {
    const RecordedTable table =
        read_table("size,share,mode,ms\n1,0.5,fast,4.25\n2,0.5,\"a, b\",out_of_memory\n4,1.5,off,broken\n", "t");
    CHECK(read_t4(t4_of(table), "t") == table);
    CHECK(t4_of(table).find("\"invalidity\": \"runtime\"") != std::string::npos);
    CHECK(t4_of(table).find("\"invalidity\": \"correctness\"") != std::string::npos);
  }

  TEST_CASE("another tuner's file is read: its objective in its unit, its invalidity where there is no word") {
    const RecordedTable table = read_t4(
        R"({"schema_version": "1.0.0", "results": [
            {"configuration": {"x": 16, "on": true}, "times": {"runtimes": [9]}, "invalidity": "correct", "correctness": 1,
             "objectives": ["mean"], "measurements": [{"name": "other", "value": 7, "unit": "W"},
                                                      {"name": "mean", "value": 0.5, "unit": "s"}]},
            {"configuration": {"x": 32, "on": false}, "times": {}, "invalidity": "compile", "correctness": 1}]})",
        "t.json");
    CHECK(table.results[0].ms == 500.0);
    CHECK(table.results[1].failure == "compile");
    CHECK(table.space.axes[1].values == std::vector<Value>{std::string("on"), std::string("off")});
  }

  TEST_CASE("what is wrong in a T4 file is named with its result") {
    const auto refusal = [](const std::string& results) -> std::string {
      try {
        read_t4("{\"results\": [" + results + "]}", "t.json");
      } catch (const Error& error) {
        return error.what();
      }
      return "accepted";
    };
    const std::string good =
        R"({"configuration": {"x": 1}, "invalidity": "correct", "measurements": [{"name": "time", "value": 2, "unit": "ms"}]})";
    CHECK(refusal(good) == "accepted");
    CHECK(refusal(good + "," + good) == "t.json result 2: the configuration stands in the table twice");
    CHECK(refusal("") == "t.json holds no configurations");
    CHECK(refusal("5").find("t.json is no T4 results file") == 0);
    CHECK(refusal(R"({"configuration": {"x": 1}, "invalidity": "correct"})") == "t.json result 1: no measurement is named time");
    CHECK(refusal(R"({"configuration": {"x": [1]}, "invalidity": "compile"})").find("neither a number nor a word") !=
          std::string::npos);
    CHECK(refusal(good + R"(,{"configuration": {"y": 1}, "invalidity": "compile"})") == "t.json result 2: x is missing");
    CHECK(refusal(R"({"configuration": {"x": 1}, "invalidity": "correct", "objectives": ["p"],
                      "measurements": [{"name": "p", "value": 2, "unit": "GFLOP/s"}]})")
              .find("is in GFLOP/s, and is no time") != std::string::npos);
  }
}

TEST_SUITE("run/replay") {
  TEST_CASE("the ratio is the optimum by the best so far, failures cost an evaluation, and a run ends with the proposals") {
    const RecordedTable table = read_table("a,ms\n1,failed\n2,10\n3,20\n4,5\n", "t.csv");
    const ReplayRun run = replay(table, recorded_order, {.evaluations = 10, .noise = 0, .winners = {}}, 1, no_time);
    CHECK(run.ratios == std::vector<double>{0, 0.5, 0.5, 1});
    CHECK(run.failed == std::vector<bool>{true, false, false, false});
    CHECK(ratio_at(run, 2) == 0.5);
    CHECK(ratio_at(run, 100) == 1);
    const ReplaySummary summary = summary_of({run, run}, 10);
    CHECK(summary.ratio_mean.at(10) == 1);
    CHECK(summary.ratio_sd.at(10) == 0);
    CHECK(summary.wasted_mean_60 == 1);
    CHECK(summary.evaluations_to.at(0.9) == 4u);
  }

  TEST_CASE("a server is launched but where the one before differs by what requests set, and after a failure") {
    const RecordedTable table = read_table("a,b,ms\n1,1,10\n1,2,20\n2,2,5\n2,1,failed\n2,3,7\n2,4,8\n", "t.csv");
    ReplaySettings settings{.evaluations = 10, .noise = 0, .winners = {}};
    settings.by_request = {"b"};
    CHECK(replay(table, recorded_order, settings, 1, no_time).launched ==
          std::vector<bool>{true, false, true, false, true, false});
    settings.by_request.clear();
    CHECK(replay(table, recorded_order, settings, 1, no_time).launched == std::vector<bool>(6, true));
  }

  TEST_CASE("under noise the ratio is the true one of what looks best") {
    const RecordedTable table = read_table("a,ms\n1,10\n2,10.01\n3,10.02\n4,10.03\n", "t.csv");
    std::set<double> seen;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const ReplayRun run = replay(table, recorded_order, {.evaluations = 4, .noise = 0.2, .winners = {}}, seed, no_time);
      for (const double ratio : run.ratios) CHECK(ratio <= 1);
      seen.insert(run.ratios.back());
    }
    CHECK(seen.size() > 1);
  }

  TEST_CASE("every strategy ends with the whole of a small table, each row once, the same again for the same seed") {
    const RecordedTable table = read_table("a,b,ms\n1,x,10\n2,x,9\n3,x,failed\n1,y,7\n2,y,6\n4,y,5\n", "t.csv");
    for (const Strategy& strategy : strategies()) {
      CAPTURE(strategy.name);
      const ReplayRun run = replay(table, strategy, {.evaluations = 20, .noise = 0, .winners = {}}, 3, no_time);
      CHECK(std::set<std::size_t>(run.rows.begin(), run.rows.end()).size() == run.rows.size());
      CHECK(run.ratios.back() == 1);
      CHECK(run.rows == replay(table, strategy, {.evaluations = 20, .noise = 0, .winners = {}}, 3, no_time).rows);
    }
  }

  TEST_CASE("winners of other tables: good everywhere first, then what adds most, they are tried right after the start") {
    const RecordedTable one = read_table("a,ms\n1,1\n2,2\n3,1.2\n4,9\n", "one");
    const RecordedTable two = read_table("a,ms\n1,9\n2,1\n3,1.2\n4,9\n", "two");
    const auto winners = winners_of({one, two}, 5);
    REQUIRE(winners.size() == 3);
    CHECK(key(winners[0]) == "a=3");
    const RecordedTable third = read_table("a,ms\n4,9\n5,9\n6,9\n3,1\n2,5\n1,5\n", "third");
    const ReplayRun run =
        replay(third, find_strategy("gaussian-process"), {.evaluations = 3, .noise = 0, .winners = winners}, 1, no_time);
    CHECK(run.ratios.back() == 1);
  }
}
