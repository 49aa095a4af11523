#include "search/learned_rules.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using namespace sweetspot;

namespace {

Value word(const char* text) { return std::string(text); }

/// Three words and a size.
SearchSpace space() {
  SearchSpace space;
  space.axes = {{"attention", {word("on"), word("off")}},
                {"cache", {word("f16"), word("q8"), word("q4")}},
                {"mmap", {word("on"), word("off")}},
                {"batch", {std::int64_t{64}, std::int64_t{256}, std::int64_t{1024}}}};
  for (const Axis& axis : space.axes) space.baseline.values[axis.parameter] = axis.values.front();
  return space;
}

Trial worked(const SearchSpace& space, std::map<std::string, Value> changed) {
  Trial trial;
  trial.changed = Config{std::move(changed)};
  trial.config = merged(space.baseline, trial.changed);
  trial.verdict = Verdict{};
  return trial;
}

Trial failed(const SearchSpace& space, std::map<std::string, Value> changed, const char* message = "no such kernel") {
  Trial trial = worked(space, std::move(changed));
  trial.verdict.reset();
  trial.failure = Failure{FailureKind::launch_failed, message, ""};
  return trial;
}

}  // namespace

TEST_SUITE("search/learned_rules") {
  TEST_CASE("two values that fail together in two places, and work apart, are a rule that says so") {
    const SearchSpace some = space();
    std::vector<Trial> history{worked(some, {}), worked(some, {{"attention", word("off")}}),
                               worked(some, {{"cache", word("q8")}}),
                               failed(some, {{"attention", word("off")}, {"cache", word("q8")}}, "needs 512 MiB\nmore")};
    CHECK(learned_rules(some, history).empty());
    history.push_back(worked(some, {{"attention", word("off")}, {"mmap", word("off")}}));
    history.push_back(
        failed(some, {{"attention", word("off")}, {"cache", word("q8")}, {"mmap", word("off")}}, "needs 600 MiB\nless"));
    const auto rules = learned_rules(some, history);
    REQUIRE(rules.size() == 1);
    CHECK(text(rules[0]) == "attention=off cache=q8 does not run (2 times launch_failed: needs 600 MiB)");
    CHECK(rules[0].part == Config{{{"attention", word("off")}, {"cache", word("q8")}}});
    SUBCASE("until it works somewhere") {
      history.push_back(worked(some, {{"attention", word("off")}, {"cache", word("q8")}, {"batch", std::int64_t{256}}}));
      CHECK(learned_rules(some, history).empty());
    }
    SUBCASE("not where the engine said something else the second time") {
      history.back().failure->detail = "no such kernel";
      CHECK(learned_rules(some, history).empty());
    }
    SUBCASE("not where one was interrupted") {
      history.back().failure->kind = FailureKind::interrupted;
      CHECK(learned_rules(some, history).empty());
    }
  }

  TEST_CASE("a value that fails in two places where all else works is a rule, and none with other values beside it") {
    const SearchSpace some = space();
    const std::vector<Trial> history{worked(some, {{"cache", word("q8")}}), failed(some, {{"cache", word("q4")}}),
                                     worked(some, {{"cache", word("q8")}, {"mmap", word("off")}}),
                                     failed(some, {{"cache", word("q4")}, {"mmap", word("off")}})};
    const auto rules = learned_rules(some, history);
    REQUIRE(rules.size() == 1);
    CHECK(rules[0].part == Config{{{"cache", word("q4")}}});
    CHECK(rules[0].failed == 2);
  }

  TEST_CASE("where another value of one alone is known to help, what it does not go with is not known") {
    const SearchSpace some = space();
    const Value off = word("off");
    CHECK(learned_rules(some, {worked(some, {{"attention", off}}), worked(some, {{"cache", word("q8")}, {"mmap", off}}),
                               failed(some, {{"attention", off}, {"cache", word("q8")}, {"mmap", off}}),
                               worked(some, {{"cache", word("q4")}, {"mmap", off}}),
                               failed(some, {{"attention", off}, {"cache", word("q4")}, {"mmap", off}})})
              .empty());
  }

  TEST_CASE("two failures far from all that works are no rule") {
    const SearchSpace some = space();
    CHECK(learned_rules(some, {worked(some, {}), failed(some, {{"cache", word("q4")}, {"mmap", word("off")}}),
                               failed(some, {{"cache", word("q4")}, {"attention", word("off")}})})
              .empty());
  }

  TEST_CASE("a size is in no rule: how much is too much depends on the others") {
    const SearchSpace some = space();
    const Value large = std::int64_t{1024};
    CHECK(learned_rules(some, {worked(some, {}), failed(some, {{"batch", large}}), worked(some, {{"mmap", word("off")}}),
                               failed(some, {{"batch", large}, {"mmap", word("off")}})})
              .empty());
  }
}
