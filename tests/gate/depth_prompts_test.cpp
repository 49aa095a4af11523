#include "gate/depth_prompts.hpp"
#include "gate/tool_check.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace sweetspot;

TEST_SUITE("gate/depth_prompts") {
  TEST_CASE("each depth has a fact to be said and one to be passed on, once, before the question") {
    const auto prompts = depth_prompts(5, {1024, 4096});
    REQUIRE(prompts.size() == 4);
    for (const Prompt& prompt : prompts) {
      CAPTURE(prompt.id);
      const std::string text = nlohmann::json::parse(prompt.messages_json).at(0).at("content");
      const std::string fact =
          prompt.tools_json.empty()
              ? prompt.expect.contains.at(0)
              : nlohmann::json::parse(prompt.expect.calls.at(0).arguments_json).at("parcel").get<std::string>();
      const auto at = text.find(fact);
      REQUIRE(at != std::string::npos);
      CHECK(text.find(fact, at + 1) == std::string::npos);
      CHECK(at < text.size() * 6 / 10);
      if (!prompt.tools_json.empty()) CHECK_FALSE(tools_problem(prompt.tools_json));
    }
    CHECK(prompts[2].messages_json.size() > 3 * prompts[0].messages_json.size());
    // Never deeper than asked, for tokens of at least 2.6 characters.
    CHECK(static_cast<double>(prompts[0].messages_json.size()) < 2.6 * 1024 + 600);
  }

  TEST_CASE("the same seed gives the same prompts, another one others") {
    CHECK(depth_prompts(5, {1024}) == depth_prompts(5, {1024}));
    CHECK(depth_prompts(5, {1024}) != depth_prompts(6, {1024}));
  }
}
