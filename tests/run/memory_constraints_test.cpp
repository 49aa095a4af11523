#include "run/memory_constraints.hpp"

#include <doctest/doctest.h>

using namespace sweetspot;

namespace {

/// 4 KiB of cache a token at 16 bits, no weights to speak of.
const ModelMemory model{0, {{8, 2, 64, 64, 0}}, 0};
constexpr std::int64_t memory = std::int64_t{4096} * 10'000;

SearchSpace space_of(std::vector<Axis> axes, Config baseline) {
  SearchSpace space;
  space.axes = std::move(axes);
  space.baseline = std::move(baseline);
  return space;
}

bool refuses(const SearchSpace& space, const std::map<std::string, Value>& changes) {
  SearchSpace with = space;
  with.constraints = memory_constraints(space, model, memory, 4096);
  Config config = space.baseline;
  for (const auto& [name, value] : changes) config.values[name] = value;
  return refusal(with, config).has_value();
}

}  // namespace

TEST_SUITE("run/memory_constraints") {
  TEST_CASE("what surely does not fit is refused, what is near stays") {
    const auto space = space_of({{"context", {std::int64_t{4096}, std::int64_t{11'008}, std::int64_t{16'384}}}},
                                Config{{{"context", std::int64_t{4096}}}});
    CHECK_FALSE(refuses(space, {}));
    CHECK_FALSE(refuses(space, {{"context", std::int64_t{11'008}}}));
    CHECK(refuses(space, {{"context", std::int64_t{16'384}}}));
  }

  TEST_CASE("a cache of fewer bits may fit where one of 16 does not") {
    const auto space = space_of(
        {{"context", {std::int64_t{4096}, std::int64_t{16'384}}}, {"kv_type_k", {"f16", "q8_0"}}, {"kv_type_v", {"f16", "q8_0"}}},
        Config{{{"context", std::int64_t{4096}}, {"kv_type_k", "f16"}, {"kv_type_v", "f16"}}});
    CHECK(refuses(space, {{"context", std::int64_t{16'384}}}));
    CHECK(refuses(space, {{"context", std::int64_t{16'384}}, {"kv_type_k", "q8_0"}}));
    CHECK_FALSE(refuses(space, {{"context", std::int64_t{16'384}}, {"kv_type_k", "q8_0"}, {"kv_type_v", "q8_0"}}));
  }

  TEST_CASE("the baseline is always tried, and so is what is not known") {
    const auto space = space_of({{"context", {std::int64_t{1'000'000}, std::int64_t{2'000'000}}}, {"kv_type_k", {"f16", "q9"}}},
                                Config{{{"context", std::int64_t{1'000'000}}, {"kv_type_k", "f16"}}});
    CHECK_FALSE(refuses(space, {}));
    CHECK(refuses(space, {{"context", std::int64_t{2'000'000}}}));
    CHECK_FALSE(refuses(space, {{"context", std::int64_t{2'000'000}}, {"kv_type_k", "q9"}}));
    CHECK(memory_constraints(space, ModelMemory{}, memory, 4096).empty());
    CHECK(memory_constraints(space, model, 0, 4096).empty());
  }

  TEST_CASE("a constraint speaks only of the model that it was made from") {
    const auto space = space_of({{"model", {"a", "b"}}, {"context", {std::int64_t{4096}, std::int64_t{16'384}}}},
                                Config{{{"model", "a"}, {"context", std::int64_t{4096}}}});
    CHECK(refuses(space, {{"context", std::int64_t{16'384}}}));
    CHECK_FALSE(refuses(space, {{"model", "b"}, {"context", std::int64_t{16'384}}}));
  }
}
