// An engine without log probabilities, and the demo engine as the one that scores for it.
#include "support/program.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace {

using Json = nlohmann::json;
using namespace sweetspot::testing;

Json demo_descriptor(const std::string& name) {
  Json descriptor = Json::parse(content(SWEETSPOT_SOURCE_DIR "/backends/catalog/demo-engine.json"));
  descriptor["name"] = name;
  return descriptor;
}

/// The demo engine under another name and started with more arguments, in the catalog while this object lives.
struct Installed {
  Installed(const std::string& name, const Json& arguments) : file(scratch() / "sweetspot" / "engines" / (name + ".json")) {
    Json descriptor = demo_descriptor(name);
    descriptor["launch"]["arguments"].push_back(arguments);
    fs::create_directories(file.parent_path());
    std::ofstream(file) << descriptor;
  }
  Installed(const Installed&) = delete;
  Installed& operator=(const Installed&) = delete;
  ~Installed() {
    std::error_code ignored;
    fs::remove(file, ignored);
  }
  fs::path file;
};

/// The demo engine without log probabilities and token ids, as a file.
fs::path mute_engine() {
  Json descriptor = demo_descriptor("mute-engine");
  for (const char* field : {"logprobs", "template_path", "tokenize_path", "completion_path"}) descriptor["protocol"].erase(field);
  const fs::path file = scratch() / "mute-engine.json";
  std::ofstream(file) << descriptor;
  return file;
}

/// Rounds otherwise where it decodes in wide steps, so that honest texts differ, too.
Outcome check(const std::string& arguments, const std::string& of_engine = "") {
  return sweetspot_run("check --json --tier quick --set draft_depth=3 --engine-file '" + mute_engine().string() + "' " +
                       arguments + " -- --time-scale 0 --kernel-noise 0.15 " + of_engine);
}

bool tells(const Json& verdict, const std::string& text) {
  const Json& list = verdict.at("not_verified");
  return std::any_of(list.begin(), list.end(),
                     [&](const Json& one) { return one.get<std::string>().find(text) != std::string::npos; });
}

Json verdict_of(const Outcome& outcome) {
  INFO(outcome.out << outcome.err);
  REQUIRE_FALSE(outcome.out.empty());
  return Json::parse(outcome.out).at("verdict");
}

}  // namespace

TEST_SUITE("process/scorer") {
  TEST_CASE("honest speculation is a tie, scored by the other engine that loads the same model") {
    const Outcome outcome = check("");
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.err.find("scored by demo-engine") != std::string::npos);
    const Json verdict = verdict_of(outcome);
    CHECK(verdict.at("outcome") == "tie");
    CHECK(verdict.at("check") == "G7");
    CHECK(verdict.at("detail").get<std::string>().find("scored by demo-engine") != std::string::npos);
    CHECK(verdict.at("rescored").at("tokens") > 20);
    CHECK_FALSE(tells(verdict, "not scored"));
  }

  TEST_CASE("drafts that are accepted unverified are broken by what the other engine thinks of them") {
    const Outcome outcome = check("-q", "--trap relaxed-acceptance:0.5");
    CHECK(outcome.exit_code == 1);
    const Json verdict = verdict_of(outcome);
    CHECK(verdict.at("outcome") == "broken");
    CHECK(verdict.at("check") == "G7");
    CHECK(verdict.at("rescored").at("miscommit") > 0);
  }

  TEST_CASE("nobody scores when nobody may") {
    const Json verdict = verdict_of(check("-q --scorer none"));
    CHECK(verdict.at("rescored").is_null());
    CHECK(tells(verdict, "not scored: the engine gives no log probabilities"));
  }

  TEST_CASE("a scorer to which the reference's own texts are strange does not speak, and the verdict says so") {
    const Installed engine("thoughtless-engine", {"--reasoning", "off"});
    const Json verdict = verdict_of(check("-q --scorer thoughtless-engine"));
    CHECK(verdict.at("rescored").is_null());
    CHECK(tells(verdict, "not scored by thoughtless-engine: the scorer disagrees with the reference itself"));
  }

  TEST_CASE("a scorer that dies costs the scores and nothing else") {
    const Installed engine("brittle-engine", {"--trap", "oom-crash-mid-run"});
    const Json verdict = verdict_of(check("-q --scorer brittle-engine"));
    CHECK(verdict.at("outcome") != "error");
    CHECK(verdict.at("rescored").is_null());
    CHECK(tells(verdict, "not scored by brittle-engine"));
  }

  TEST_CASE("a scorer that cannot be had is refused before anything is launched") {
    for (const auto& [arguments, named] :
         {std::pair{"--scorer nobody", "nobody"}, std::pair{"--scorer demo-engine --scorer-model demo-28b", "demo-28b"},
          std::pair{"--scorer-model demo-28b", "--scorer"}}) {
      const Outcome outcome = check(std::string("-q ") + arguments);
      INFO(outcome.err);
      CHECK(outcome.exit_code == 2);
      CHECK(outcome.err.find(named) != std::string::npos);
    }
  }
}
