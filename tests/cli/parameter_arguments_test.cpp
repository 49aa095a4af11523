#include "cli/parameter_arguments.hpp"

#include "cli/engine_fixture.hpp"
#include "core/error.hpp"

#include <doctest/doctest.h>

using namespace sweetspot;

namespace {

std::vector<Value> values(const std::string& argument) { return axes_from(fixture::engine(), {argument}, {}).at(0).values; }

std::vector<Value> whole(std::vector<std::int64_t> numbers) { return {numbers.begin(), numbers.end()}; }

/// The error's message and hint.
std::string refusal_of(const std::vector<std::string>& arguments) {
  try {
    axes_from(fixture::engine(), arguments, {});
  } catch (const Error& error) {
    return std::string{error.what()} + " | " + error.hint();
  }
  return "accepted";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_SUITE("cli/parameter_arguments") {
  TEST_CASE("values are lists, ranges, or both, each once") {
    CHECK(values("threads=1,2,8") == whole({1, 2, 8}));
    CHECK(values("threads=1..4") == whole({1, 2, 3, 4}));
    CHECK(values("draft_depth=0,2..8:3,2") == whole({0, 2, 5, 8}));
    CHECK(values("kv_type_k=q8_0,f16") == std::vector<Value>{"q8_0", "f16"});
    CHECK(values("threads=auto,4") == std::vector<Value>{"auto", std::int64_t{4}});
  }

  TEST_CASE("a range in decimals reaches its end") {
    const auto steps = values("draft_p_min=0.1..0.3:0.1");
    REQUIRE(steps.size() == 3);
    CHECK(number(steps[2]) == doctest::Approx(0.3));
  }

  TEST_CASE("a comma in a value is written with a backslash") {
    CHECK(values("reasoning=a\\,b,c") == std::vector<Value>{"a,b", "c"});
  }

  TEST_CASE("without values the engine's usual ones are taken, else all that there are") {
    const DefaultValues defaults{{"threads", whole({2, 4})}};
    const auto axes = axes_from(fixture::engine(), {"threads", "kv_type_k", "flash_attention"}, defaults);
    CHECK(axes[0].values == whole({2, 4}));
    CHECK(axes[1].values == std::vector<Value>{"f16", "q8_0", "q4_0"});
    CHECK(axes[2].values == std::vector<Value>{"off", "on"});
    CHECK(contains(refusal_of({"draft_depth"}), "--param draft_depth"));
  }

  TEST_CASE("what is misspelt gets the nearest name") {
    CHECK(contains(refusal_of({"thread=1"}), "threads"));
    CHECK(contains(refusal_of({"kv_type_k=q8_1"}), "q8_0"));
  }

  TEST_CASE("nonsense is refused with the argument's name") {
    CHECK(contains(refusal_of({"threads=8..1"}), "ends below its start"));
    CHECK(contains(refusal_of({"threads=1..8:0"}), "not above 0"));
    CHECK(contains(refusal_of({"threads=1,,2"}), "--param threads: a value is empty"));
    CHECK(contains(refusal_of({"threads="}), "a value is empty"));
    CHECK(contains(refusal_of({"threads=100"}), "--param threads"));
    CHECK(contains(refusal_of({"draft_depth=0..9999999"}), "more than 1000"));
    CHECK(contains(refusal_of({"threads=1", "threads=2"}), "twice"));
    CHECK(contains(refusal_of({"draft_p_min=0..9e99"}), "more than 1000"));
  }

  TEST_CASE("single values become a configuration in the engine's words") {
    const auto config = config_from(fixture::engine(), {"flash_attention=true", "threads=4"}, "--set");
    CHECK(key(config) == "flash_attention=on,threads=4");
    CHECK_THROWS_AS(config_from(fixture::engine(), {"threads=4", "threads=5"}, "--set"), Error);
    CHECK_THROWS_AS(config_from(fixture::engine(), {"threads"}, "--set"), Error);
    CHECK_THROWS_AS(config_from(fixture::engine(), {"threads="}, "--set"), Error);
  }

  TEST_CASE("excluded names may stand in one argument or in several") {
    CHECK(excluded_names(fixture::engine(), {"threads,kv_type_k", "draft_depth"}) ==
          std::vector<std::string>{"threads", "kv_type_k", "draft_depth"});
    CHECK_THROWS_AS(excluded_names(fixture::engine(), {"thread"}), Error);
  }
}
