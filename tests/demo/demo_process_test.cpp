// The whole program with the demo engine: processes, HTTP and all.
#include "support/canned_server.hpp"
#include "support/program.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>

namespace {

using Json = nlohmann::json;
using namespace sweetspot::testing;

Outcome check(const std::string& arguments, const std::string& of_engine = "") {
  return sweetspot_run("check demo-engine -q --json " + arguments + " -- --time-scale 0 " + of_engine);
}

Json verdict(const Outcome& outcome) { return Json::parse(outcome.out).at("verdict"); }

bool holds(const Json& list, const std::string& text) {
  return std::any_of(list.begin(), list.end(),
                     [&](const Json& one) { return one.get<std::string>().find(text) != std::string::npos; });
}

}  // namespace

TEST_SUITE("process/demo") {
  TEST_CASE("the demo study rejects the mode that only looks fast, and keeps the evidence") {
    const Outcome outcome =
        sweetspot_run("demo -q --json --budget 30s --fix draft_depth=3 --param optimistic=off,on -- --time-scale 400");
    INFO(outcome.err);
    REQUIRE(outcome.exit_code == 0);
    const Json report = Json::parse(outcome.out);
    REQUIRE(report.at("rejected").size() == 1);
    CHECK(report.at("rejected").at(0).at("culprit").contains("optimistic"));
    CHECK(report.at("rejected").at(0).at("outcome") == "broken");
    int broken = 0;
    for (std::size_t i = 0; i < report.at("trials").size(); ++i) {
      const Json& trial = report.at("trials").at(i);
      if (trial.at("verdict").at("outcome") != "broken") continue;
      broken = static_cast<int>(i) + 1;
      const auto folder = scratch() / "sweetspot" / "evidence" / trial.at("verdict").at("evidence_folder").get<std::string>();
      for (const char* file : {"verdict.json", "server.log", "1.request.json", "1.streamed.sse", "1.streamed.arrivals.json"}) {
        CAPTURE(file);
        CHECK(std::filesystem::exists(folder / file));
      }
    }
    REQUIRE(broken > 0);
    const Outcome shown = sweetspot_run("show --trial " + std::to_string(broken));
    CHECK(shown.exit_code == 0);
    for (const char* part : {"Side by side", ">>> ", "curl -sN http://127.0.0.1", ".request.json"}) {
      CAPTURE(part);
      CHECK(shown.out.find(part) != std::string::npos);
    }
  }

  TEST_CASE("a trial that dies in mid-answer is told, and the rest of the study stands") {
    const Outcome outcome = sweetspot_run(
        "demo -q --json --budget 2m --strategy one-at-a-time --tier quick --param stream_interval=1,8 --param draft_depth=0,1 "
        "-- --time-scale 0 --trap oom-crash-mid-run@stream_interval=8");
    INFO(outcome.err);
    REQUIRE(outcome.exit_code == 0);
    int failed = 0;
    int measured = 0;
    const Json report = Json::parse(outcome.out);
    for (const Json& trial : report.at("trials")) {
      if (trial.at("changed").contains("stream_interval")) {
        ++failed;
        CHECK(trial.at("failure").at("kind") == "out_of_memory");
        CHECK(trial.at("failure").at("log_tail").get<std::string>().find("out of memory") != std::string::npos);
      } else {
        ++measured;
        CHECK(trial.at("measurement").is_object());
      }
    }
    CHECK(failed == 1);  // broken alone: in no combination
    CHECK(measured == 2);
  }

  TEST_CASE("a broken set of flags is reduced to the part that breaks") {
    const Outcome outcome = check("--tier quick --set draft_depth=3 --set optimistic=on --set stream_interval=4");
    CHECK(outcome.exit_code == 1);
    CHECK(Json::parse(outcome.out).at("culprit") == Json{{"draft_depth", 3}, {"optimistic", "on"}});
  }

  TEST_CASE("what an engine does not offer lowers the claim and is told") {
    for (const auto& [flag, told] :
         {std::pair{"--no-logprobs", "no log probabilities"}, std::pair{"--no-token-ids", "no token ids"},
          std::pair{"--no-usage", "no usage"}, std::pair{"--no-tools", "tools"}, std::pair{"--no-timings", "no timings"}}) {
      const Outcome outcome = check("--tier quick --set draft_depth=3", flag);
      INFO(flag << ": " << outcome.out << outcome.err);
      CHECK(outcome.exit_code == 0);
      CHECK(holds(verdict(outcome).at("not_verified"), told));
    }
  }

  TEST_CASE("honest rounding in wide steps is a tie, calls included") {
    const Outcome outcome = check("--tier standard --set draft_depth=3", "--kernel-noise 0.05");
    INFO(outcome.out);
    CHECK(outcome.exit_code == 0);
    CHECK(verdict(outcome).at("outcome") == "tie");
  }

  TEST_CASE("a cache of four bits is graded, with its divergence") {
    const Outcome outcome = check("--tier quick --set kv_type_k=q4_0");
    CHECK(outcome.exit_code == 1);
    CHECK(verdict(outcome).at("outcome") == "lossy");
    CHECK(verdict(outcome).at("quality").at("positions") >= 32);
    CHECK(verdict(outcome).at("rescored").at("tokens") > 100);
  }

  TEST_CASE("a model of another name is refused with the known ones") {
    const Outcome outcome = sweetspot_run("check demo-engine -q -m demo-28b");
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.err.find("demo-27b") != std::string::npos);
  }

  TEST_CASE("a port that another program holds is refused by name before anything runs") {
    sweetspot::CannedServer other{""};
    for (const std::string command : {"tune", "check", "measure"}) {
      const Outcome outcome = sweetspot_run(command + " demo-engine -q --port " + std::to_string(other.port()));
      INFO(command);
      CHECK(outcome.exit_code == 2);
      CHECK(outcome.err.find("port " + std::to_string(other.port()) + " is already in use") != std::string::npos);
      CHECK(outcome.err.find("name another port") != std::string::npos);
      CHECK(outcome.out.empty());
    }
  }
}
