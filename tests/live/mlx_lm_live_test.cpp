// The whole program against a real mlx_lm.server with a small model and its draft (tests/support/install_mlx_lm.sh). What
// cannot run says why in one line and is skipped.
#include "live/engines_here.hpp"
#include "support/program.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace {

using Json = nlohmann::json;
using namespace sweetspot::testing;

std::string check(const std::string& more) {
  return "check mlx-lm -q -m '" + mlx_model("target").string() + "' --draft-model '" + mlx_model("draft").string() +
         "' --set reasoning=off --tier quick --json " + more;
}

bool mlx_left_behind() { return std::system("pgrep -f 'mlx_lm[.]server --model' >/dev/null") == 0; }

}  // namespace

TEST_SUITE("live/mlx-lm") {
  TEST_CASE("the installed mlx-lm is probed: version, spellings, and how far it is proven") {
    SKIP_WHERE(missing_mlx());
    const Outcome outcome = sweetspot_run("engines mlx-lm --json");
    REQUIRE(outcome.exit_code == 0);
    const Json engine = Json::parse(outcome.out).at(0);
    CHECK(engine.at("found") == true);
    CHECK(engine.at("version").get<std::string>().starts_with("0."));
    for (const Json& parameter : engine.at("parameters")) {
      CAPTURE(parameter.dump());
      if (parameter.at("name") == "draft_depth") {
        CHECK(parameter.at("spelling") == "--num-draft-tokens");
        CHECK(parameter.at("scope") == "request");
      }
    }
  }

  TEST_CASE("drafts with the default prompt cache are broken with evidence, and without it they are right") {
    SKIP_WHERE(missing_mlx());
    const Outcome broken = sweetspot_run(check("--set draft_depth=4"));
    INFO(broken.out << broken.err);
    CHECK(broken.exit_code == 1);
    const Json report = Json::parse(broken.out);
    CHECK(report.at("verdict").at("outcome") == "broken");
    CHECK(report.at("evidence").at("expected") != report.at("evidence").at("observed"));
    const Outcome sound = sweetspot_run(check("--set draft_depth=4 --set prompt_cache=0"));
    INFO(sound.out << sound.err);
    CHECK(sound.exit_code == 0);
    CHECK(Json::parse(sound.out).at("tokens_compared").get<int>() > 600);
    CHECK_FALSE(mlx_left_behind());
  }

  TEST_CASE("what is no model folder is refused before anything is launched") {
    SKIP_WHERE(missing_mlx());
    const std::string gguf = std::string(SWEETSPOT_SOURCE_DIR) + "/tests/models/draft-Q8_0.gguf";
    check_refused("check mlx-lm -q -m /nowhere/model", "/nowhere/model");
    check_refused("check mlx-lm -q -m '" + gguf + "'", "llama-server");
    check_refused("check mlx-lm -q -m '" + mlx_model("target").string() + "' --set draft_depth=2", "--draft-model");
    CHECK_FALSE(mlx_left_behind());
  }
}
