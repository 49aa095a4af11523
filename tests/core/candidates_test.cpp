#include "core/candidates.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace sweetspot;

namespace {

Value integer(std::int64_t value) { return value; }

Parameter parameter(const std::string& name, std::vector<Condition> active_when = {}) {
  return {.name = name,
          .description = "",
          .domain = IntegerRange{0, 99, {}},
          .default_value = integer(0),
          .active_when = std::move(active_when)};
}

/// `axes` parameters a, b, c, ... of `values` values from 0; b acts only with a; c may not be above a + 1; d 1 excludes b 2.
SearchSpace space(int axes, int values) {
  using Op = Condition::Op;
  SearchSpace space;
  for (int i = 0; i < axes; ++i) {
    const std::string name(1, static_cast<char>('a' + i));
    Axis axis{.parameter = name, .values = {}};
    for (int v = 0; v < values; ++v) axis.values.push_back(integer(v));
    space.axes.push_back(axis);
    space.parameters.push_back(parameter(name));
    space.baseline.values[name] = integer(0);
  }
  space.parameters[1].active_when = {{.parameter = "a", .op = Op::greater, .value = integer(0), .other = ""}};
  space.constraints = {{{{.parameter = "c", .op = Op::greater, .value = {}, .other = "a", .offset = 1}}, "c is too large"},
                       {{{.parameter = "d", .op = Op::equal, .value = integer(1), .other = ""},
                         {.parameter = "b", .op = Op::equal, .value = integer(2), .other = ""}},
                        "not together"}};
  return space;
}

std::set<std::string> keys_of(const SearchSpace& space, const Candidates& all) {
  std::set<std::string> keys;
  for (std::size_t i = 0; i < all.size; ++i) keys.insert(key(config_of(space, all, all.row(i))));
  return keys;
}

std::set<std::string> keys_of(const std::vector<Config>& configs) {
  std::set<std::string> keys;
  for (const Config& config : configs) keys.insert(key(config));
  return keys;
}

}  // namespace

TEST_SUITE("core/candidates") {
  TEST_CASE("they are the valid configurations, each once, also where a condition compares two parameters") {
    const SearchSpace some = space(5, 4);
    const Candidates all = candidates(some, 1);
    CHECK(all.complete);
    const auto keys = keys_of(some, all);
    CHECK(keys.size() == all.size);
    CHECK(keys == keys_of(valid_configurations(some)));
    CHECK(keys.contains(key(some.baseline)));
  }

  TEST_CASE("a baseline's value that no axis lists is a candidate's too, and one without axes has one candidate") {
    SearchSpace some = space(4, 3);
    some.axes[2].values = {integer(1)};
    CHECK(keys_of(some, candidates(some, 1)) == keys_of(valid_configurations(some)));
    CHECK(candidates(SearchSpace{}, 1).size == 1);
  }

  TEST_CASE("a space beyond the limit is sampled: valid, each once, with the baseline, another sample for another seed") {
    const SearchSpace some = space(6, 6);
    const auto valid = keys_of(valid_configurations(some));
    const Candidates all = candidates(some, 1, 500);
    CHECK_FALSE(all.complete);
    CHECK(all.size > 250);
    const auto keys = keys_of(some, all);
    CHECK(keys.size() == all.size);
    CHECK(keys.contains(key(some.baseline)));
    for (const std::string& one : keys) CHECK(valid.contains(one));
    CHECK(candidates(some, 1, 500).indices == all.indices);
    CHECK(candidates(some, 2, 500).indices != all.indices);
  }

  TEST_CASE("neighbours differ in one parameter and are valid") {
    const SearchSpace some = space(4, 3);
    const Candidates all = candidates(some, 1);
    const auto row = row_of(all, some.baseline);
    REQUIRE(row);
    const auto rows = neighbours(some, all, *row);
    std::set<std::string> found;
    for (std::size_t i = 0; i * 4 < rows.size(); ++i) found.insert(key(config_of(some, all, {rows.data() + i * 4, 4})));
    CHECK(found == keys_of(configurations_with_changes(some, 1)));
  }

  TEST_CASE("a space that lists its rows has these and no others") {
    SearchSpace some = space(3, 3);
    some.rows = {0, 0, 0, 2, 1, 0, 0, 0, 2};
    const Candidates all = candidates(some, 1);
    CHECK(keys_of(some, all) == std::set<std::string>{"a=0,b=0,c=0", "a=2,b=1,c=0", "a=0,b=0,c=2"});
    CHECK(keys_of(valid_configurations(some)) == keys_of(some, all));
    CHECK(configurations_with_changes(some, 1).size() == 1);
    CHECK_FALSE(row_of(all, Config{{{"a", integer(7)}, {"b", integer(0)}, {"c", integer(0)}}}));
  }
}
