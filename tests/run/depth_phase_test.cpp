#include "run/depth_phase.hpp"

#include "run/depths.hpp"
#include "support/fake_study.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace sweetspot;
using namespace sweetspot::testing;

namespace {

DepthMeasurement row(std::int64_t depth, double cold_ms, double warm_ms, double decode) {
  DepthMeasurement row;
  row.depth = depth;
  row.ttft_cold_ms = cold_ms;
  row.ttft_warm_ms = warm_ms;
  row.decode_tokens_per_second = decode;
  return row;
}

Trial with_rows(std::vector<DepthMeasurement> rows) {
  Trial trial;
  trial.config.values["a"] = trial.changed.values["a"] = std::int64_t{1};
  trial.measurement.emplace();
  trial.measurement->depths = std::move(rows);
  return trial;
}

DepthMeasurement failed(std::int64_t depth) {
  DepthMeasurement row;
  row.depth = depth;
  row.failure = "out_of_memory: full";
  return row;
}

}  // namespace

TEST_SUITE("run/depth_phase") {
  TEST_CASE("a winner that loses a first token or decoding at depth is told, with all that differs there") {
    const Trial base = with_rows({row(0, 100, 50, 50), row(8192, 4000, 100, 40)});
    CHECK(slower_at_depth(base, base).empty());
    CHECK(slower_at_depth(base, with_rows({row(0, 50, 25, 100), row(8192, 4000, 100, 20)})) == "8192 tokens (decode 0.50x)");
    CHECK(slower_at_depth(base, with_rows({row(8192, 8000, 100, 80)})) == "8192 tokens (cold first token 0.50x, decode 2.00x)");
    CHECK(slower_at_depth(base, with_rows({row(8192, 4000, 400, 40)})) == "8192 tokens (warm first token 0.25x)");
    CHECK(slower_at_depth(base, with_rows({row(8192, 4100, 115, 39)})).empty());
    CHECK(slower_at_depth(base, with_rows({row(0, 100, 50, 50), failed(8192)})) == "8192 tokens (out_of_memory: full)");
    CHECK(slower_at_depth(with_rows({failed(0)}), base).empty());
    CHECK(slower_at_depth(base, Trial{}).empty());
  }

  TEST_CASE("where the default is kept, the best other one that is faster at depth is told") {
    const Trial base = with_rows({row(0, 100, 50, 50), row(8192, 4000, 100, 40)});
    const Trial shallow = with_rows({});
    const Trial deep = with_rows({row(0, 150, 50, 50), row(8192, 2000, 100, 40)});
    CHECK(faster_at_depth(base, {&shallow, &deep}) ==
          "; a=1 is faster than the default at a depth of 8192 tokens (cold first token 2.00x)");
    const Trial same = with_rows({row(8192, 4000, 100, 40)});
    CHECK(faster_at_depth(base, {&same, &deep}).empty());
    CHECK(faster_at_depth(base, {}).empty());
    const Trial lost = with_rows({failed(8192)});
    CHECK(faster_at_depth(lost, {&deep}) ==
          "; a=1 is faster than the default at a depth of 8192 tokens (the default fails there: out_of_memory: full)");
  }

  TEST_CASE("depths that ended in a failure are not measured again") {
    Fixture fixture;
    fixture.settings.depths = {0, 8192};
    Trial baseline = with_rows({failed(0)});
    baseline.config = fixture.study.baseline;
    fixture.study.trials = {baseline};
    const StudyClock clock = [&] { return fixture.runner.clock; };
    StudySession session{fixture.study, fixture.settings, fixture.runner, fixture.silent, clock};
    measure_depths(session, 1);
    CHECK(fixture.runner.visits == 0);
    fixture.study.trials.front().measurement->depths = {row(0, 1, 1, 1)};
    measure_depths(session, 1);
    CHECK(fixture.runner.visits == 1);
  }
}

TEST_SUITE("run/depths") {
  TEST_CASE("a row says how the server ended where it has, else what the client saw") {
    const std::string seen = "an answer without text";
    ServerSight sight;
    CHECK(row_failure(seen, sight) == seen);
    sight.ended = [] { return Failure{FailureKind::out_of_memory, "killed", ""}; };
    CHECK(row_failure(seen, sight) == "out_of_memory: killed");
    CHECK(row_failure("", sight).empty());
  }

  TEST_CASE("a depth that the server does not survive names its end") {
    const EngineDescriptor engine;
    ChatTarget nobody;
    nobody.engine = &engine;
    nobody.endpoint.port = 1;  // that nothing answers on
    DepthPlan plan;
    plan.depths = {4096, 0};
    ServerSight sight;
    sight.ended = [] { return Failure{FailureKind::out_of_memory, "killed", ""}; };
    const auto rows = measured_depths(nobody, plan, sight, NeverInterrupted{});
    REQUIRE(rows.size() == 1);
    CHECK(rows.front().failure == "out_of_memory: killed");
  }
}
