#include "core/search_space.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace sweetspot;

namespace {

Value integer(std::int64_t value) { return value; }

Condition condition(const char* name, Condition::Op op, std::int64_t value) {
  return {.parameter = name, .op = op, .value = value, .other = ""};
}

Parameter parameter(const char* name, std::vector<Condition> active_when = {}) {
  return {.name = name,
          .description = "",
          .domain = IntegerRange{0, 9, {}},
          .default_value = integer(0),
          .active_when = std::move(active_when)};
}

/// `fine` acts only with `depth`, `finer` only with `fine`; depth 2 and threads 1 exclude one another.
SearchSpace space() {
  using Op = Condition::Op;
  SearchSpace space;
  space.baseline.values = {{"depth", integer(0)}, {"fine", integer(0)}, {"finer", integer(0)}, {"threads", integer(0)}};
  space.axes = {{"depth", {integer(0), integer(1), integer(2)}},
                {"fine", {integer(0), integer(1)}},
                {"finer", {integer(0), integer(1)}},
                {"threads", {integer(1), integer(1), integer(0)}}};
  space.parameters = {parameter("finer", {condition("fine", Op::greater, 0)}), parameter("depth"),
                      parameter("fine", {condition("depth", Op::greater, 0)}), parameter("threads")};
  space.constraints = {{{condition("depth", Op::equal, 2), condition("threads", Op::equal, 1)}, "too much at once"}};
  return space;
}

Config with(std::map<std::string, Value> values) { return merged(space().baseline, Config{std::move(values)}); }

}  // namespace

TEST_SUITE("core/search_space") {
  TEST_CASE("a configuration is refused with the reason when every condition of a constraint holds") {
    CHECK(refusal(space(), with({{"depth", integer(2)}, {"threads", integer(1)}})) == "too much at once");
    CHECK_FALSE(refusal(space(), with({{"depth", integer(2)}})));
    SearchSpace odd = space();
    odd.constraints = {{{}, "no condition at all"}};
    CHECK_FALSE(refusal(odd, odd.baseline));
  }

  TEST_CASE("parameters that do nothing go back to the baseline, also down a chain") {
    CHECK(canonical(space(), with({{"fine", integer(1)}, {"finer", integer(1)}})) == space().baseline);
    const Config active = with({{"depth", integer(1)}, {"fine", integer(1)}, {"finer", integer(1)}});
    CHECK(canonical(space(), active) == active);
  }

  TEST_CASE("every valid configuration comes once, by number of changes, the baseline first") {
    const auto all = valid_configurations(space());
    REQUIRE_FALSE(all.empty());
    CHECK(all.front() == space().baseline);
    std::set<std::string> keys;
    std::size_t changes = 0;
    for (const Config& config : all) {
      CHECK(keys.insert(key(config)).second);
      CHECK(canonical(space(), config) == config);
      CHECK_FALSE(refusal(space(), config));
      const std::size_t own = difference(config, space().baseline).values.size();
      CHECK(own >= changes);
      changes = own;
    }
    // threads alone 2; depth 1: (fine, finer) in {00, 10, 11} x 2 threads; depth 2: the same 3 without threads
    CHECK(all.size() == 2 + 6 + 3);
  }

  TEST_CASE("the enumeration equals the canonical forms of all combinations that are not refused") {
    std::set<std::string> expected;
    for (int i = 0; i < 3 * 2 * 2 * 2; ++i) {
      const Config config = canonical(space(), with({{"depth", integer(i % 3)},
                                                     {"fine", integer(i / 3 % 2)},
                                                     {"finer", integer(i / 6 % 2)},
                                                     {"threads", integer(i / 12)}}));
      if (!refusal(space(), config)) expected.insert(key(config));
    }
    std::set<std::string> found;
    for (const Config& config : valid_configurations(space())) found.insert(key(config));
    CHECK(found == expected);
  }

  TEST_CASE("the limit holds") {
    CHECK(valid_configurations(space(), 4).size() == 4);
    CHECK(valid_configurations(space(), 0).empty());
  }
}
