// Every engine's descriptor against an engine that speaks as that one does: what it calls thoughts, where it counts, how it
// sends calls, and what else is in its streams.
#include "support/program.hpp"
#include "support/running_server.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace {

using Json = nlohmann::json;
using namespace sweetspot::testing;

struct Dialect {
  std::string engine;
  std::string words;  ///< of the demo engine's trap sse-dialect
};

/// From the engines' sources and documents; engines that speak as llama-server does have no row.
const std::vector<Dialect> dialects{
    {"mlx-lm", "reasoning+whole-calls+keepalive-comments+usage-object"},
    {"lightning-mlx", "usage-twice+whole-calls"},
    {"vllm-mlx", "both-reasonings+whole-calls"},
    {"rapid-mlx", "keepalive-comments+whole-calls"},
    {"mtplx", "usage-on-finish+progress-frames+whole-calls"},
    {"omlx", "keepalive-chunks+whole-calls"},
    {"mlx-vlm", "reasoning+no-role+whole-calls"},
};

std::vector<std::string> engine_with(const std::vector<std::string>& traps) {
  const auto engine = std::filesystem::path(SWEETSPOT_BINARY).parent_path() / "sweetspot-demo-engine";
  std::vector<std::string> arguments{engine.string(), "--port", "{port}", "--time-scale", "0", "--no-timings", "--no-token-ids"};
  for (const std::string& trap : traps) arguments.insert(arguments.end(), {"--trap", trap});
  return arguments;
}

Outcome check(const std::string& engine, const RunningServer& server) {
  return sweetspot_run("check " + engine + " -q --json --tier quick --url " + server.url());
}

}  // namespace

TEST_SUITE("process/dialect") {
  TEST_CASE("a sound server passes in the dialect of its engine, thoughts and calls included") {
    for (const Dialect& dialect : dialects) {
      CAPTURE(dialect.engine);
      const RunningServer server(engine_with({"sse-dialect:" + dialect.words}));
      REQUIRE(server.ready("/health"));
      const Outcome outcome = check(dialect.engine, server);
      INFO(outcome.out << outcome.err);
      CHECK(outcome.exit_code == 0);
      if (outcome.exit_code != 0) continue;
      const Json verdict = Json::parse(outcome.out).at("verdict");
      CHECK(Json::parse(outcome.out).at("tokens_compared").get<int>() > 600);
      for (const char* unread : {"tools", "reasoning", "token counts: the engine gives no usage"}) {
        CAPTURE(unread);
        const Json& missing = verdict.at("not_verified");
        CHECK(std::find(missing.begin(), missing.end(), unread) == missing.end());
      }
    }
  }

  TEST_CASE("what no dialect allows is broken in each: an error in mid-stream, and an end without a terminator") {
    for (const std::string fault : {"error-inside-200", "cut-stream-clean-close"}) {
      CAPTURE(fault);
      const RunningServer server(engine_with({"sse-dialect:reasoning+whole-calls", fault}));
      REQUIRE(server.ready("/health"));
      const Outcome outcome = check("mlx-lm", server);
      INFO(outcome.out << outcome.err);
      CHECK(outcome.exit_code == 1);
      CHECK(Json::parse(outcome.out).at("verdict").at("outcome") == "broken");
    }
  }
}
