#include "search/feasibility.hpp"

#include "search/strategy.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

using namespace sweetspot;

namespace {

/// Two sizes and a word.
SearchSpace space() {
  SearchSpace space;
  for (const std::string name : {"batch", "slots"}) {
    space.axes.push_back({name, {}});
    for (std::int64_t value = 1; value <= 64; value *= 2) space.axes.back().values.emplace_back(value);
    space.baseline.values[name] = std::int64_t{1};
  }
  space.axes.push_back({"mode", {std::string("a"), std::string("b")}});
  space.baseline.values["mode"] = std::string("a");
  return space;
}

using Row = std::vector<ValueIndex>;

Observations outcomes(const std::vector<std::pair<Row, double>>& seen) {
  Observations all{.width = 3, .rows = {}, .values = {}};
  for (const auto& [row, worked] : seen) {
    all.rows.insert(all.rows.end(), row.begin(), row.end());
    all.values.push_back(worked);
  }
  return all;
}

}  // namespace

TEST_SUITE("search/feasibility") {
  TEST_CASE(
      "what is larger than a failure is expected to fail, what is smaller than a success to work, the less the more differs") {
    const Candidates all = candidates(space(), 1);
    const Feasibility known = feasibility_of(all, outcomes({{{5, 2, 0}, 0}, {{2, 3, 0}, 1}}));
    const auto chance = [&](const Row& row) { return chance_to_work(known, row); };
    CHECK(chance({5, 2, 0}) < 0.1);
    CHECK(chance({6, 4, 0}) < 0.1);
    CHECK(chance({1, 3, 0}) > 0.9);
    CHECK(chance({6, 4, 1}) > chance({6, 4, 0}));
    CHECK(chance({1, 3, 1}) < chance({1, 3, 0}));
    CHECK(chance({6, 1, 0}) > chance({6, 2, 0}));
  }

  TEST_CASE("before anything was tried large sizes are expected to fail more often") {
    const Candidates all = candidates(space(), 1);
    const Feasibility known = feasibility_of(all, outcomes({}));
    CHECK(chance_to_work(known, Row{0, 0, 0}) > 0.95);
    CHECK(chance_to_work(known, Row{6, 6, 0}) < chance_to_work(known, Row{3, 3, 0}));
  }

  TEST_CASE("a word that failed twice and never worked is doubted in other places, too") {
    const Candidates all = candidates(space(), 1);
    const Feasibility known =
        feasibility_of(all, outcomes({{{1, 1, 1}, 0}, {{0, 3, 1}, 0}, {{1, 1, 0}, 1}, {{0, 3, 0}, 1}, {{2, 2, 0}, 1}}));
    CHECK(chance_to_work(known, Row{3, 0, 0}) > chance_to_work(known, Row{3, 0, 1}) + 0.05);
  }

  TEST_CASE("a study meets few configurations that do not fit although the fastest are next to them") {
    const SearchSpace some = space();
    std::vector<Trial> history;
    std::size_t failures = 0;
    for (int i = 0; i < 20; ++i) {
      const auto next = find_strategy("auto").propose(some, history, 3);
      REQUIRE(next);
      const double batch = number(next->values.at("batch"));
      const double slots = number(next->values.at("slots"));
      Trial trial;
      trial.config = *next;
      trial.changed = difference(*next, some.baseline);
      if (batch * slots > 130) {
        trial.failure = Failure{FailureKind::out_of_memory, "no room", ""};
        ++failures;
      } else {
        trial.verdict = Verdict{};
        Visit visit;
        visit.measurement.score_s = 10 / (batch + slots);
        trial.visits.push_back(visit);
      }
      history.push_back(std::move(trial));
    }
    // 30 of the 98 fail; 10 of these are larger than no other failure.
    CHECK(failures > 0);
    CHECK(failures <= 5);
  }
}
