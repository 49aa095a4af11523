#include "cli/space_file.hpp"

#include "cli/engine_fixture.hpp"
#include "core/error.hpp"

#include <doctest/doctest.h>

using namespace sweetspot;

namespace {

std::string refusal_of(const std::string& json) {
  try {
    read_space(fixture::engine(), json, "space.json");
  } catch (const Error& error) {
    return std::string{error.what()} + " | " + error.hint();
  }
  return "accepted";
}

}  // namespace

TEST_SUITE("cli/space_file") {
  TEST_CASE("lists and texts give the same values as the command line") {
    const auto space =
        read_space(fixture::engine(),
                   R"({"parameters": {"threads": "1..3", "draft_depth": [0, "2"], "flash_attention": [true, false]},
                                      "fix": {"kv_type_k": "q8_0"}})",
                   "space.json");
    REQUIRE(space.axes.size() == 3);
    CHECK(space.axes[0].values == std::vector<Value>{std::int64_t{1}, std::int64_t{2}, std::int64_t{3}});
    CHECK(space.axes[1].values == std::vector<Value>{std::int64_t{0}, std::int64_t{2}});
    CHECK(space.axes[2].values == std::vector<Value>{"on", "off"});
    CHECK(key(space.fixed) == "kv_type_k=q8_0");
  }

  TEST_CASE("what is wrong is named with its place") {
    CHECK(refusal_of("{").find("space.json is not JSON") == 0);
    CHECK(refusal_of("[]").find("an object is expected") != std::string::npos);
    CHECK(refusal_of(R"({"parameter": {}})").find("did you mean \"parameters\"") != std::string::npos);
    CHECK(refusal_of(R"({"parameters": {"thread": [1]}})").find("threads") != std::string::npos);
    CHECK(refusal_of(R"({"parameters": {"threads": [99]}})").find("space.json: /parameters/threads") == 0);
    CHECK(refusal_of(R"({"parameters": {"threads": []}})").find("values are missing") != std::string::npos);
    CHECK(refusal_of(R"({"parameters": {"threads": [null]}})").find("a text or a number") != std::string::npos);
    CHECK(refusal_of(R"({"fix": {"threads": 1}})").find("no parameters to search") != std::string::npos);
  }
}
