// Servers that already run, with the demo engine in their place.
#include "support/program.hpp"
#include "support/running_server.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace {

using Json = nlohmann::json;
using namespace sweetspot::testing;

std::vector<std::string> demo_engine(const std::vector<std::string>& more) {
  const auto engine = std::filesystem::path(SWEETSPOT_BINARY).parent_path() / "sweetspot-demo-engine";
  std::vector<std::string> arguments{engine.string(), "--port", "{port}", "--time-scale", "0"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

const std::vector<std::string> drafting{"--spec-type", "draft-simple", "--draft-depth", "3"};

std::vector<std::string> drafting_and(const std::vector<std::string>& more) {
  std::vector<std::string> all = drafting;
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

Outcome check(const RunningServer& server, const std::string& more = "") {
  return sweetspot_run("check demo-engine -q --json --tier quick --url " + server.url() + " " + more);
}

bool says(const Json& list, const std::string& text) {
  return std::any_of(list.begin(), list.end(),
                     [&](const Json& one) { return one.get<std::string>().find(text) != std::string::npos; });
}

}  // namespace

TEST_SUITE("process/attached") {
  TEST_CASE("a sound server passes by itself, its own texts are scored one token at a time, and no comparison is claimed") {
    const RunningServer server(demo_engine(drafting));
    REQUIRE(server.ready("/health"));
    const Outcome outcome = check(server);
    INFO(outcome.out << outcome.err);
    REQUIRE(outcome.exit_code == 0);
    const Json report = Json::parse(outcome.out);
    CHECK(says(report.at("verdict").at("not_verified"), "not compared with plain greedy decoding"));
    CHECK(report.at("tokens_rescored").get<int>() > 600);
    CHECK(report.at("command").is_null());
    CHECK(report.at("url") == server.url());
    CHECK(server.ready("/health"));  // nothing was stopped
  }

  TEST_CASE("drafts that are accepted unverified are broken without any other server") {
    const RunningServer server(demo_engine(drafting_and({"--optimistic"})));
    REQUIRE(server.ready("/health"));
    const Outcome outcome = check(server);
    INFO(outcome.out << outcome.err);
    CHECK(outcome.exit_code == 1);
    const Json report = Json::parse(outcome.out);
    CHECK(report.at("verdict").at("outcome") == "broken");
    CHECK(report.at("evidence").at("expected") != report.at("evidence").at("observed"));
  }

  TEST_CASE("against a second server texts are compared: honest drafts pass, unverified ones are broken with evidence") {
    const RunningServer plain(demo_engine({}));
    const RunningServer honest(demo_engine(drafting));
    const RunningServer unverified(demo_engine(drafting_and({"--optimistic"})));
    REQUIRE(plain.ready("/health"));
    REQUIRE(honest.ready("/health"));
    REQUIRE(unverified.ready("/health"));
    const Outcome sound = check(honest, "--reference-url " + plain.url());
    INFO(sound.out << sound.err);
    CHECK(sound.exit_code == 0);
    CHECK_FALSE(says(Json::parse(sound.out).at("verdict").at("not_verified"), "not compared"));
    const Outcome broken = check(unverified, "--reference-url " + plain.url());
    INFO(broken.out << broken.err);
    CHECK(broken.exit_code == 1);
    const Json report = Json::parse(broken.out);
    CHECK(report.at("verdict").at("outcome") == "broken");
    const auto folder =
        scratch() / "sweetspot" / "evidence" / report.at("verdict").at("evidence_folder").get<std::string>() / "verdict.json";
    CHECK(Json::parse(content(folder)).at("url") == unverified.url());
    const Outcome no_reference = check(plain, "--reference-url " + honest.url());
    CHECK(no_reference.exit_code == 2);
    CHECK(no_reference.err.find("drafts tokens: it is no reference") != std::string::npos);
  }

  TEST_CASE("draws at a temperature are compared with the reference's, and without one are named as not checked") {
    const RunningServer plain(demo_engine({}));
    const RunningServer honest(demo_engine(drafting));
    const RunningServer argmax(demo_engine(drafting_and({"--trap", "argmax-when-sampling"})));
    REQUIRE(plain.ready("/health"));
    REQUIRE(honest.ready("/health"));
    REQUIRE(argmax.ready("/health"));
    const std::string standard = "check demo-engine -q --json --url ";
    const Outcome sound = sweetspot_run(standard + honest.url() + " --reference-url " + plain.url());
    INFO(sound.out << sound.err);
    CHECK(sound.exit_code == 0);
    const Json report = Json::parse(sound.out);
    CHECK_FALSE(says(report.at("verdict").at("not_verified"), "sampled answers"));
    const Json& checks = report.at("checks");
    CHECK(std::any_of(checks.begin(), checks.end(), [](const Json& one) { return one.at("id") == "G15"; }));
    const Outcome broken = sweetspot_run(standard + argmax.url() + " --reference-url " + plain.url());
    INFO(broken.out << broken.err);
    CHECK(broken.exit_code == 1);
    CHECK(Json::parse(broken.out).at("verdict").at("check") == "G15");
    const Outcome alone = check(argmax);
    INFO(alone.out << alone.err);
    CHECK(says(Json::parse(alone.out).at("verdict").at("not_verified"),
               "sampled answers: compared only where a --reference-url is given"));
  }

  TEST_CASE("text that is lost in the stream is seen without a reference") {
    const RunningServer server(demo_engine({"--trap", "short-chunk-filter"}));
    REQUIRE(server.ready("/health"));
    const Outcome outcome = check(server);
    INFO(outcome.out << outcome.err);
    CHECK(outcome.exit_code == 1);
    CHECK(Json::parse(outcome.out).at("verdict").at("outcome") == "broken");
  }

  TEST_CASE("what is asked of a server that is not there, or of one that is not ours to launch, is told") {
    const Outcome nobody = sweetspot_run("check demo-engine -q --json --tier quick --url http://127.0.0.1:9");
    CHECK(nobody.exit_code != 0);
    CHECK((nobody.out + nobody.err).find("127.0.0.1") != std::string::npos);
    const Outcome set = sweetspot_run("check demo-engine --url http://127.0.0.1:9 --set draft_depth=3");
    CHECK(set.exit_code == 2);
    CHECK(set.err.find("--set") != std::string::npos);
    const Outcome alone = sweetspot_run("check demo-engine --reference-url http://127.0.0.1:9");
    CHECK(alone.exit_code == 2);
    CHECK(alone.err.find("--url") != std::string::npos);
  }

  TEST_CASE("a server whose engine is not named is recognised by what it answers, and one that is named is taken as named") {
    const RunningServer server(demo_engine(drafting));
    REQUIRE(server.ready("/health"));
    const Outcome unnamed = sweetspot_run("check --json --tier quick --url " + server.url());
    INFO(unnamed.out << unnamed.err);
    CHECK(unnamed.exit_code == 0);
    CHECK(Json::parse(unnamed.out).at("engine").at("name") == "demo-engine");
    CHECK(unnamed.err.find("the server at " + server.url() + " is demo-engine; name another engine to speak to it otherwise\n") !=
          std::string::npos);
    const Outcome named = sweetspot_run("check openai --json --tier quick --url " + server.url());
    INFO(named.out << named.err);
    CHECK(Json::parse(named.out).at("engine").at("name") == "openai");
    CHECK(named.err.find("is demo-engine") == std::string::npos);
  }

  TEST_CASE("measuring tells the way there and back apart from the rate") {
    const RunningServer server(demo_engine({}));
    REQUIRE(server.ready("/health"));
    const Outcome outcome = sweetspot_run("measure demo-engine -q --json --goal decode --url " + server.url());
    INFO(outcome.err);
    REQUIRE(outcome.exit_code == 0);
    const Json report = Json::parse(outcome.out);
    CHECK(report.at("round_trip_ms").get<double>() > 0);
    CHECK(report.at("measurement").at("decode_tokens_per_second").is_number());
    CHECK(report.at("url") == server.url());
  }

  TEST_CASE("measuring a server whose answers cannot be right says so and fails") {
    const RunningServer server(demo_engine({"--trap", "usage-lies:double"}));
    REQUIRE(server.ready("/health"));
    const Outcome outcome = sweetspot_run("measure demo-engine -q --json --goal decode --url " + server.url());
    INFO(outcome.out << outcome.err);
    CHECK(outcome.exit_code == 1);
    CHECK(says(Json::parse(outcome.out).at("measurement").at("findings"), "an answer that cannot be right"));
  }

  TEST_CASE("measuring a configuration whose answers cannot be right, or that another server answers for, fails") {
    const Outcome lying = sweetspot_run("measure demo-engine -q --json --goal decode -- --time-scale 0 --trap usage-lies:double");
    INFO(lying.out << lying.err);
    CHECK(lying.exit_code == 1);
    CHECK(says(Json::parse(lying.out).at("measurement").at("findings"), "an answer that cannot be right"));
    const Outcome stale = sweetspot_run("measure demo-engine -q --goal decode -- --time-scale 0 --trap stale-server");
    INFO(stale.err);
    CHECK(stale.exit_code == 1);
    CHECK(stale.out.empty());
    CHECK(stale.err.find("sweetspot: error: ") != std::string::npos);
  }

  TEST_CASE("a workload of one's own is timed and scored, whatever its classes and ids") {
    const auto file = scratch() / "work.jsonl";
    std::ofstream(file) << R"({"id": "HumanEval/0", "messages": [{"role": "user", "content": "Explain what tides are."}]})";
    const Outcome outcome =
        sweetspot_run("measure demo-engine -q --json --goal chat --workload " + file.string() + " -- --time-scale 100");
    INFO(outcome.out << outcome.err);
    REQUIRE(outcome.exit_code == 0);
    const Json measurement = Json::parse(outcome.out).at("measurement");
    CHECK(measurement.at("score_s").is_number());
    CHECK(measurement.at("ttft_warm_ms_p50").is_number());
  }

  TEST_CASE("several models in one go share the time and end in one table") {
    const Outcome outcome = sweetspot_run(
        "tune --engine demo-engine -m demo-27b -m demo-9b -q --json --goal decode --tier quick --trials 2 --budget 60s "
        "--param draft_depth=0,3 --store " +
        (scratch() / "several.sqlite").string() + " -- --time-scale 400");
    INFO(outcome.err);
    REQUIRE(outcome.exit_code == 0);
    const Json report = Json::parse(outcome.out);
    REQUIRE(report.at("studies").size() == 2);
    std::vector<std::string> models;
    double before = 0;
    for (const Json& row : report.at("rows")) {
      CAPTURE(row.dump());
      CHECK(row.at("engine") == "demo-engine");
      if (row.at("goal") != "decode") continue;
      models.push_back(row.at("model"));
      CHECK(row.at("score_s").get<double>() >= before);  // the best first
      before = row.at("score_s");
      CHECK((row.at("verdict") == "pass" || row.at("verdict") == "tie"));
      CHECK(row.at("confirmed") == true);
    }
    CHECK(models.size() == 2);
    CHECK(report.at("rows").at(0).at("goal") == "decode");
    const Outcome nobody = sweetspot_run("tune --engine demo-engine -m demo-27b -m /nowhere/model.gguf");
    CHECK(nobody.exit_code == 2);
    CHECK(nobody.err.find("/nowhere/model.gguf") != std::string::npos);
  }
}
