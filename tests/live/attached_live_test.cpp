// Servers that already run, and several engines in one go, with a real llama-server and a real mlx_lm.server. What cannot
// run says why in one line and is skipped.
#include "live/engines_here.hpp"
#include "support/program.hpp"
#include "support/running_server.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace {

using Json = nlohmann::json;
using namespace sweetspot::testing;

/// Two engines that load the same weights.
std::string missing_pair() {
  if (std::getenv("SWEETSPOT_LONG_TESTS") == nullptr) return "takes four minutes: SWEETSPOT_LONG_TESTS=1 runs it";
  if (const std::string why = missing_llama(); !why.empty()) return why;
  if (const std::string why = missing_mlx(); !why.empty()) return why;
  if (!fs::exists(gguf_model("target-F16.gguf"))) return "no model " + gguf_model("target-F16.gguf").string();
  return {};
}

std::vector<std::string> llama_server(const std::vector<std::string>& more) {
  std::vector<std::string> arguments{
      "llama-server", "--port", "{port}", "-c", "8192", "--parallel", "1", "-m", gguf_model("draft-Q8_0.gguf").string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

Outcome check(const RunningServer& server, const std::string& more) {
  return sweetspot_run("check llama-server -q --json --tier quick --url " + server.url() + " " + more);
}

}  // namespace

TEST_SUITE("live/attached") {
  TEST_CASE("a llama-server that runs is sound in itself, and the same as a plain one") {
    SKIP_WHERE(missing_llama());
    const RunningServer server(llama_server({"--flash-attn", "on"}));
    REQUIRE(server.ready("/health"));
    // Not named: by its own descriptor its responses are as expected, by the documentation of that API alone they are not.
    const Outcome alone = sweetspot_run("check -q --json --tier quick --api messages,responses --url " + server.url());
    INFO(alone.out << alone.err);
    CHECK(alone.exit_code == 0);
    CHECK(Json::parse(alone.out).at("engine").at("name") == "llama-server");
    CHECK(Json::parse(alone.out).at("tokens_rescored").get<int>() > 600);
    const RunningServer plain(llama_server({"--flash-attn", "off"}));
    REQUIRE(plain.ready("/health"));
    const Outcome compared = check(server, "--reference-url " + plain.url());
    INFO(compared.out << compared.err);
    CHECK(compared.exit_code == 0);
    CHECK(Json::parse(compared.out).at("tokens_compared").get<int>() > 600);
  }

  TEST_CASE("drafts that are accepted unverified show in a running llama-server's own texts") {
    SKIP_WHERE(missing_llama());
    const RunningServer server(llama_server({"--spec-type", "draft-simple", "-md", gguf_model("draft-weak-Q8_0.gguf").string(),
                                             "--spec-draft-n-max", "4", "--spec-synth-len", "3"}));
    REQUIRE(server.ready("/health"));
    const Outcome outcome = check(server, "");
    INFO(outcome.out << outcome.err);
    CHECK(outcome.exit_code == 1);
    CHECK(Json::parse(outcome.out).at("verdict").at("outcome") == "broken");
  }

  TEST_CASE("llama-server and mlx-lm with the same weights end in one table, each with its own form of the model") {
    SKIP_WHERE(missing_pair());
    const std::string folder = mlx_model("target").string();
    const Outcome outcome = sweetspot_run("tune --engine llama-server --engine mlx-lm -m '" +
                                          gguf_model("target-F16.gguf").string() + "' -m '" + folder +
                                          "' -q --json --goal decode --tier quick --trials 2 --budget 150s "
                                          "--store " +
                                          (scratch() / "engines.sqlite").string());
    INFO(outcome.err);
    const Json report = Json::parse(outcome.out);
    std::set<std::string> engines;
    for (const Json& row : report.at("rows")) {
      if (row.at("goal") == "decode") engines.insert(row.at("engine"));
    }
    CHECK(engines == std::set<std::string>{"llama-server", "mlx-lm"});
  }
}
