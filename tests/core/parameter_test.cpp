#include "core/parameter.hpp"

#include "core/error.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace sweetspot;

namespace {

Parameter parameter(Domain domain, Value default_value = std::int64_t{0}) {
  return {
      .name = "p", .description = "", .domain = std::move(domain), .default_value = std::move(default_value), .active_when = {}};
}

Value word(const char* text) { return std::string(text); }

Value integer(std::int64_t value) { return value; }

Condition condition(const char* name, Condition::Op op, Value value) {
  return {.parameter = name, .op = op, .value = std::move(value), .other = ""};
}

}  // namespace

TEST_SUITE("core/parameter") {
  TEST_CASE("a toggle takes what people write for on and off") {
    for (const Value& yes : {word("on"), word("On"), word("true"), integer(1)})
      CHECK(checked_value(parameter(Toggle{}), yes) == word("on"));
    for (const Value& no : {word("off"), word("FALSE"), integer(0)}) CHECK(checked_value(parameter(Toggle{}), no) == word("off"));
    CHECK_THROWS_AS(checked_value(parameter(Toggle{}), word("maybe")), Error);
  }

  TEST_CASE("choices with on and off take the same words, others do not") {
    CHECK(checked_value(parameter(Choices{{"on", "off", "auto"}}), integer(1)) == word("on"));
    CHECK(checked_value(parameter(Choices{{"0", "1", "2"}}), integer(1)) == integer(1));
    CHECK_THROWS_AS(checked_value(parameter(Choices{{"f16", "q8_0"}}), integer(1)), Error);
  }

  TEST_CASE("ranges hold at both ends and take integers that came as reals") {
    const Parameter range = parameter(IntegerRange{0, 64, {"auto"}});
    CHECK(checked_value(range, integer(64)) == integer(64));
    CHECK(checked_value(range, Value{4.0}) == integer(4));
    CHECK(checked_value(range, word("auto")) == word("auto"));
    for (const Value& bad : {integer(65), integer(-1), Value{4.5}, word("none"), Value{1e300}})
      CHECK_THROWS_AS(checked_value(range, bad), Error);
    CHECK(checked_value(parameter(RealRange{0, 1}), integer(1)) == Value{1.0});
    CHECK_THROWS_AS(checked_value(parameter(RealRange{0, 1}), Value{1.01}), Error);
  }

  TEST_CASE("a refusal names parameter, value, what is allowed and the nearest word") {
    try {
      checked_value(parameter(Choices{{"f16", "q8_0", "q4_0"}}), word("q8-0"));
      FAIL("accepted");
    } catch (const Error& error) {
      CHECK(std::string(error.what()) == "\"q8-0\" is no value for p");
      CHECK(error.hint() == "allowed: f16|q8_0|q4_0; did you mean \"q8_0\"?");
    }
  }

  TEST_CASE("an absent parameter counts with its default, an unknown one meets no condition") {
    const std::vector<Parameter> parameters{parameter(IntegerRange{0, 64, {}}, integer(3))};
    using Op = Condition::Op;
    CHECK(holds(condition("p", Op::equal, integer(3)), parameters, Config{}));
    CHECK_FALSE(holds(condition("p", Op::equal, integer(3)), parameters, Config{{{"p", integer(4)}}}));
    CHECK_FALSE(holds(condition("unknown", Op::equal, integer(3)), parameters, Config{}));
    CHECK_FALSE(holds(condition("unknown", Op::not_equal, integer(3)), parameters, Config{}));
  }

  TEST_CASE("numbers compare across kinds, words only as same or not") {
    using Op = Condition::Op;
    const Config config{{{"n", integer(4)}, {"w", word("q8_0")}, {"limit", integer(3)}}};
    CHECK(holds(condition("n", Op::equal, Value{4.0}), {}, config));
    CHECK(holds(condition("w", Op::equal, word("q8_0")), {}, config));
    CHECK(holds(condition("w", Op::not_equal, integer(4)), {}, config));
    CHECK_FALSE(holds(condition("w", Op::less, word("z")), {}, config));
    CHECK_FALSE(holds(condition("w", Op::greater_or_equal, integer(0)), {}, config));
    Condition against_other{.parameter = "n", .op = Op::greater, .value = {}, .other = "limit", .offset = 1};
    CHECK_FALSE(holds(against_other, {}, config));
    against_other.offset = 0;
    CHECK(holds(against_other, {}, config));
  }
}
