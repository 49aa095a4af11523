#include "search/restart_cost.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

using namespace sweetspot;

namespace {

/// One parameter of the command line, one that each request sets.
SearchSpace space() {
  SearchSpace space;
  for (const std::string name : {"threads", "depth"}) {
    space.axes.push_back({name, {std::int64_t{1}, std::int64_t{2}, std::int64_t{3}}});
    space.baseline.values[name] = std::int64_t{1};
    Parameter parameter;
    parameter.name = name;
    parameter.scope = name == "depth" ? Scope::request : Scope::restart;
    space.parameters.push_back(parameter);
  }
  return space;
}

/// Begun at `at_s`, timed for 2 s.
Trial trial(std::int64_t threads, std::int64_t depth, double at_s) {
  Trial trial;
  trial.config.values = {{"threads", threads}, {"depth", depth}};
  Visit visit;
  visit.at_s = at_s;
  visit.duration_s = 2;
  trial.visits.push_back(visit);
  return trial;
}

double log_cost(const SearchSpace& space, const std::vector<Trial>& history, std::vector<ValueIndex> row) {
  return restart_cost_of(space, candidates(space, 1), history).log_cost(row);
}

}  // namespace

TEST_SUITE("search/restart_cost") {
  TEST_CASE("what only requests set costs nothing more, all else a launch, in parts of a measurement") {
    const std::vector<Trial> history{trial(1, 1, 0), trial(2, 1, 8)};
    CHECK(log_cost(space(), history, {1, 2}) == 0);
    CHECK(log_cost(space(), history, {0, 0}) == doctest::Approx(std::log(4)));
  }

  TEST_CASE("the server that is up is that of the latest visit, whichever trial it is of, and none after a failure") {
    std::vector<Trial> history{trial(1, 1, 0), trial(2, 1, 8)};
    history[0].visits.push_back(trial(1, 1, 16).visits[0]);
    CHECK(log_cost(space(), history, {0, 2}) == 0);
    CHECK(log_cost(space(), history, {1, 2}) > 0);
    history.emplace_back();
    history.back().failure = Failure{};
    CHECK(log_cost(space(), history, {0, 2}) > 0);
  }

  TEST_CASE("steps of requests that took as long as launches, launches of no time, and no such parameter: nothing costs more") {
    const std::vector<ValueIndex> elsewhere{2, 0};
    const auto cost_after = [&](double step_of_requests_s) {
      return log_cost(space(), {trial(1, 1, 0), trial(1, 2, 8), trial(2, 2, 10 + step_of_requests_s)}, elsewhere);
    };
    CHECK(cost_after(0) == doctest::Approx(std::log(4)));
    CHECK(cost_after(6) == 0);
    CHECK(log_cost(space(), {trial(1, 1, 0), trial(2, 1, 2)}, elsewhere) == 0);
    CHECK(log_cost(space(), {trial(1, 1, 0)}, elsewhere) == 0);
    SearchSpace none = space();
    for (Parameter& parameter : none.parameters) parameter.scope = Scope::restart;
    CHECK(log_cost(none, {trial(1, 1, 0), trial(2, 1, 8)}, elsewhere) == 0);
  }
}
