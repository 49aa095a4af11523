#include "search/strategy.hpp"

#include "core/error.hpp"
#include "search/known_bad.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace sweetspot;

namespace {

Value integer(std::int64_t value) { return value; }

Condition condition(const char* name, Condition::Op op, std::int64_t value) {
  return {.parameter = name, .op = op, .value = value, .other = ""};
}

/// `axes` parameters a, b, c, ... of `values` values each. `b` acts only with `a`; a 1 with c 1 is refused.
SearchSpace space(int axes, int values) {
  SearchSpace space;
  for (int i = 0; i < axes; ++i) {
    Axis axis{.parameter = std::string(1, static_cast<char>('a' + i)), .values = {}};
    // The baseline's value is left out on purpose: it belongs to the axis all the same.
    for (int v = 1; v < values; ++v) axis.values.push_back(integer(v));
    Parameter parameter;
    parameter.name = axis.parameter;
    parameter.domain = IntegerRange{0, 9, {}};
    parameter.default_value = integer(0);
    if (i == 1) parameter.active_when = {condition("a", Condition::Op::greater, 0)};
    space.baseline.values[axis.parameter] = integer(0);
    space.parameters.push_back(parameter);
    space.axes.push_back(axis);
  }
  space.constraints = {{{condition("a", Condition::Op::equal, 1), condition("c", Condition::Op::equal, 1)}, "no"}};
  return space;
}

Trial trial(const SearchSpace& space, const Config& config, Outcome outcome = Outcome::pass) {
  Trial trial;
  trial.config = config;
  trial.changed = difference(config, space.baseline);
  trial.verdict = Verdict{};
  trial.verdict->outcome = outcome;
  return trial;
}

/// The trial of `config` in a world where c 2 breaks the output.
Trial tried(const SearchSpace& space, const Config& config) {
  const bool broken = config.values.at("c") == integer(2);
  return trial(space, config, broken ? Outcome::broken : Outcome::pass);
}

std::vector<Trial> whole_run(const Strategy& strategy, const SearchSpace& space, std::uint64_t seed, std::size_t limit) {
  std::vector<Trial> history;
  while (history.size() < limit) {
    const auto next = strategy.propose(space, history, seed);
    if (!next) break;
    history.push_back(tried(space, *next));
  }
  return history;
}

enum class SinglesFirst { no, yes };

void check_contract(const Strategy& strategy, const SearchSpace& space, std::size_t limit, SinglesFirst singles_first) {
  const auto history = whole_run(strategy, space, 5, limit);
  REQUIRE_FALSE(history.empty());
  CHECK(history.front().config == space.baseline);
  std::set<std::string> keys;
  std::size_t singles = 0;
  bool past_singles = false;
  for (std::size_t i = 0; i < history.size(); ++i) {
    const Trial& one = history[i];
    CAPTURE(key(one.config));
    CHECK(keys.insert(key(one.config)).second);
    CHECK_FALSE(refusal(space, one.config));
    CHECK(canonical(space, one.config) == one.config);
    const std::vector<Trial> before(history.begin(), history.begin() + static_cast<std::ptrdiff_t>(i));
    const bool may_be_remedy = strategy.name == "auto" && one.changed.values.size() == 2;
    if (!may_be_remedy) CHECK_FALSE(contains_known_bad(one.changed, before, space.allow_lossy));
    const bool single = one.changed.values.size() == 1;
    if (singles_first == SinglesFirst::no) continue;
    CHECK_FALSE((single && past_singles));
    past_singles = past_singles || one.changed.values.size() > 1;
    singles += single ? 1 : 0;
  }
  if (past_singles) CHECK(singles == configurations_with_changes(space, 1).size());
}

/// These look at every value by itself before they combine.
bool begins_with_singles(const Strategy& strategy) { return strategy.name == "exhaustive" || strategy.name == "one-at-a-time"; }

}  // namespace

TEST_SUITE("search/strategy") {
  TEST_CASE("every strategy starts with the baseline, repeats nothing, and proposes what may run, two try single changes first") {
    for (const Strategy& strategy : strategies()) {
      CAPTURE(strategy.name);
      const SinglesFirst singles_first = begins_with_singles(strategy) ? SinglesFirst::yes : SinglesFirst::no;
      check_contract(strategy, space(3, 3), 1000, singles_first);
      check_contract(strategy, space(7, 4), 60, singles_first);  // more than can be listed quickly
    }
  }

  TEST_CASE("a value that does nothing alone is tried with what makes it act, right after the single changes") {
    const SearchSpace small = space(4, 3);  // b acts only with a
    const std::size_t singles = configurations_with_changes(small, 1).size();
    for (const Strategy& strategy : strategies()) {
      if (!begins_with_singles(strategy)) continue;
      CAPTURE(strategy.name);
      const auto history = whole_run(strategy, small, 3, singles + 3);
      REQUIRE(history.size() == singles + 3);
      std::set<std::string> values_of_b;
      for (std::size_t i = singles + 1; i < history.size(); ++i) {
        REQUIRE(history[i].changed.values.contains("b"));
        values_of_b.insert(text(history[i].changed.values.at("b")));
      }
      CHECK(values_of_b.size() == 2);
    }
  }

  TEST_CASE("every strategy ends when all that may be tried was tried") {
    const SearchSpace small = space(3, 3);
    for (const Strategy& strategy : strategies()) {
      CAPTURE(strategy.name);
      std::set<std::string> found;
      const auto history = whole_run(strategy, small, 9, 1000);
      for (const Trial& one : history) found.insert(key(one.config));
      for (const Config& config : valid_configurations(small)) {
        const bool bad = contains_known_bad(difference(config, small.baseline), history, small.allow_lossy);
        CHECK((found.contains(key(config)) || bad));
        // The value that is broken by itself is in no combination where it was tried alone first.
        const bool combined = bad && difference(config, small.baseline).values.size() > 1;
        if (begins_with_singles(strategy)) CHECK_FALSE((combined && found.contains(key(config))));
      }
    }
  }

  TEST_CASE("every strategy gives the same proposals for the same history and seed, others for another seed") {
    const auto configs = [](const std::vector<Trial>& history) {
      std::vector<Config> result;
      result.reserve(history.size());
      for (const Trial& one : history) result.push_back(one.config);
      return result;
    };
    for (const Strategy& strategy : strategies()) {
      CAPTURE(strategy.name);
      const SearchSpace some = space(4, 4);
      const auto first = configs(whole_run(strategy, some, 1, 30));
      CHECK(first == configs(whole_run(strategy, some, 1, 30)));
      CHECK(first != configs(whole_run(strategy, some, 2, 30)));
    }
  }

  TEST_CASE("a space without axes has its baseline and nothing more") {
    SearchSpace none;
    for (const Strategy& strategy : strategies()) {
      CHECK(strategy.propose(none, {}, 1) == none.baseline);
      CHECK_FALSE(strategy.propose(none, {trial(none, none.baseline)}, 1));
    }
  }

  TEST_CASE("a trial that was cut off is proposed again") {
    const SearchSpace small = space(3, 2);
    Trial cut_off = trial(small, small.baseline);
    cut_off.verdict.reset();
    cut_off.failure = Failure{.kind = FailureKind::interrupted, .detail = "", .log_tail = ""};
    for (const Strategy& strategy : strategies()) CHECK(strategy.propose(small, {cut_off}, 1) == small.baseline);
  }

  TEST_CASE("random reaches combinations of every size, with the baseline's value in an axis that does not list it") {
    const SearchSpace big = space(7, 4);
    std::map<std::size_t, int> sizes;
    for (const Trial& one : whole_run(find_strategy("random"), big, 3, 120)) ++sizes[one.changed.values.size()];
    CHECK(sizes.size() > 5);
    CHECK(sizes.rbegin()->first == 7);
  }

  TEST_CASE("a name that is not known brings the nearest") {
    CHECK(find_strategy("auto").name == "auto");
    try {
      find_strategy("exhustive");
      FAIL("accepted");
    } catch (const Error& error) {
      CHECK(std::string(error.what()) == "there is no strategy \"exhustive\"");
      CHECK(error.hint() == "did you mean \"exhaustive\"?");
    }
  }
}

TEST_SUITE("search/known_bad") {
  TEST_CASE("a value is bad when it alone was broken or failed, but not when it was interrupted or only in company") {
    const SearchSpace some = space(3, 3);
    const auto with = [&](std::map<std::string, Value> values) { return merged(some.baseline, Config{std::move(values)}); };
    const Config pair{{{"a", integer(2)}, {"c", integer(1)}}};
    const auto bad_after = [&](const Trial& one, AllowLossy allow = AllowLossy::no) {
      return contains_known_bad(pair, {one}, allow);
    };
    const Config alone = with({{"c", integer(1)}});
    CHECK(bad_after(trial(some, alone, Outcome::broken)));
    CHECK(bad_after(trial(some, alone, Outcome::lossy)));
    CHECK_FALSE(bad_after(trial(some, alone, Outcome::lossy), AllowLossy::yes));
    CHECK_FALSE(bad_after(trial(some, with({{"c", integer(2)}}), Outcome::broken)));
    CHECK_FALSE(bad_after(trial(some, with(pair.values), Outcome::broken)));
    CHECK_FALSE(bad_after(trial(some, some.baseline, Outcome::broken)));
    Trial failed = trial(some, alone);
    failed.failure = Failure{.kind = FailureKind::out_of_memory, .detail = "", .log_tail = ""};
    CHECK(bad_after(failed));
    failed.failure->kind = FailureKind::interrupted;
    CHECK_FALSE(bad_after(failed));
  }

  TEST_CASE("beside what it was seen to be good with, a value that is bad by itself is open again") {
    const SearchSpace some = space(3, 3);
    const auto with = [&](std::map<std::string, Value> values) { return merged(some.baseline, Config{std::move(values)}); };
    const Trial alone = trial(some, with({{"c", integer(1)}}), Outcome::broken);
    const Trial mended = trial(some, with({{"a", integer(2)}, {"c", integer(1)}}), Outcome::pass);
    const auto bad = [&](std::map<std::string, Value> changed) {
      return contains_known_bad(Config{std::move(changed)}, {alone, mended}, AllowLossy::no);
    };
    CHECK(bad({{"c", integer(1)}}));
    CHECK(bad({{"a", integer(1)}, {"c", integer(1)}}));
    CHECK_FALSE(bad({{"a", integer(2)}, {"b", integer(1)}, {"c", integer(1)}}));
  }
}

TEST_SUITE("search/untried") {
  TEST_CASE("at the end each other parameter is tried once as the remedy of what was bad by itself") {
    const SearchSpace some = space(4, 2);
    const Strategy& strategy = find_strategy("auto");
    std::vector<Trial> history;
    std::vector<std::set<std::string>> remedies;
    for (int i = 0; i < 100; ++i) {
      const auto next = strategy.propose(some, history, 7);
      if (!next) break;
      const Config changed = difference(*next, some.baseline);
      const bool bad = changed.values.contains("c") && !changed.values.contains("d");
      if (contains_known_bad(changed, history, some.allow_lossy)) {
        std::set<std::string> names;
        for (const auto& [name, value] : changed.values) names.insert(name);
        remedies.push_back(names);
      }
      history.push_back(trial(some, *next, bad ? Outcome::broken : Outcome::pass));
    }
    CHECK(std::ranges::count(remedies, std::set<std::string>{"c", "d"}) == 1);
    CHECK(remedies.size() == 1);  // "b" does nothing without "a", and "a" with "c" is refused
  }
}
