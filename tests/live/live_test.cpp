// The whole program against a real llama-server with the small models of tests/models. What cannot run says why in one
// line and is skipped.
#include "live/engines_here.hpp"
#include "support/program.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace {

using Json = nlohmann::json;
using namespace sweetspot::testing;

std::string check(const std::string& more) {
  return "check llama-server -q -m '" + gguf_model("draft-Q8_0.gguf").string() + "' --tier quick --json " + more;
}

std::string replaced(std::string text, const std::string& part, const std::string& by) {
  return text.replace(text.find(part), part.size(), by);
}

std::string standin(const std::string& fault) { return "STANDIN_FAULT=" + fault + " "; }

const std::string standin_check = check("--binary '" SWEETSPOT_STANDIN "' --set ubatch=256");

/// Servers that carry an alias of ours ("--alias sweetspot-1f3a...").
int left_behind() {
  const auto is_ours = [](const std::string& arguments) {
    const std::size_t at = arguments.find(std::string("--alias\0sweetspot-", 18));
    return at != std::string::npos;
  };
  if (!fs::exists("/proc/self/cmdline")) return std::system("pgrep -f -- '--alias sweetspot-' >/dev/null") == 0 ? 1 : 0;
  int servers = 0;
  for (const auto& entry : fs::directory_iterator("/proc")) servers += is_ours(content(entry.path() / "cmdline")) ? 1 : 0;
  return servers;
}

}  // namespace

TEST_SUITE("live") {
  TEST_CASE("the installed binary is probed: version, spellings, and what it lacks") {
    SKIP_WHERE(missing_llama());
    const Outcome outcome = sweetspot_run("engines llama-server --json");
    REQUIRE(outcome.exit_code == 0);
    const Json engine = Json::parse(outcome.out).at(0);
    CHECK(engine.at("found") == true);
    CHECK_FALSE(engine.at("version").get<std::string>().empty());
    bool batch = false;
    for (const Json& parameter : engine.at("parameters"))
      batch = batch || (parameter.at("name") == "batch" && parameter.at("spelling") == "--batch-size");
    CHECK(batch);
  }

  TEST_CASE("the engine as it comes passes, and leaves nothing behind") {
    SKIP_WHERE(missing_llama());
    const Outcome outcome = sweetspot_run(check(""));
    INFO(outcome.err);
    REQUIRE(outcome.exit_code == 0);
    const Json report = Json::parse(outcome.out);
    CHECK((report.at("verdict").at("outcome") == "pass" || report.at("verdict").at("outcome") == "tie"));
    CHECK(report.at("tokens_compared").get<int>() > 600);
    CHECK(left_behind() == 0);
  }

  TEST_CASE("an honest flag is accepted over all prompts, also where a word is written in more tokens than it needs") {
    SKIP_WHERE(missing_llama());
    const Outcome outcome = sweetspot_run(replaced(check("--set flash_attention=off"), "--tier quick", "--tier standard"));
    INFO(outcome.out << outcome.err);
    REQUIRE(outcome.exit_code == 0);
    CHECK(Json::parse(outcome.out).at("tokens_rescored").get<int>() > 600);
    const Outcome drafted = sweetspot_run(replaced(check("--set spec_type=ngram-mod"), "--tier quick", "--tier standard"));
    INFO(drafted.out << drafted.err);
    CHECK(drafted.exit_code == 0);
  }

  TEST_CASE("a stand-in that changes nothing, or re-chunks legally, passes") {
    SKIP_WHERE(missing_llama());
    for (const std::string fault : {"none", "rechunk", "arguments_respaced", "content_type_case", "early_hints"}) {
      const Outcome outcome = sweetspot_run(standin_check, standin(fault));
      INFO(fault << ": " << outcome.out << outcome.err);
      CHECK(outcome.exit_code == 0);
    }
  }

  TEST_CASE("a stand-in that damages the answers when a flag is given is broken, with evidence") {
    SKIP_WHERE(missing_llama());
    for (const std::string fault :
         {"truncate", "cut", "drop", "drop_short", "drop_tail", "mangle", "late_mangle", "dup", "usage_double", "usage_zero",
          "no_done", "finish_twice", "think_leak", "error_event", "third_request", "plain_mangle", "both"}) {
      const Outcome outcome = sweetspot_run(standin_check, standin(fault));
      INFO(fault << ": " << outcome.out << outcome.err);
      CHECK(outcome.exit_code == 1);
      if (outcome.exit_code != 1) continue;
      const Json report = Json::parse(outcome.out);
      CHECK(report.at("verdict").at("outcome") == "broken");
      CHECK(report.at("evidence").is_object());
    }
  }

  TEST_CASE("a stand-in that breaks what an answer promises beside its text is broken") {
    SKIP_WHERE(missing_llama());
    const std::string standard = replaced(standin_check, "--tier quick", "--tier standard");
    const auto broken = [](const std::string& command, const std::string& fault) {
      const Outcome outcome = sweetspot_run(command, standin(fault));
      INFO(fault << ": " << outcome.out << outcome.err);
      CHECK(outcome.exit_code == 1);
      if (outcome.exit_code == 1) CHECK(Json::parse(outcome.out).at("verdict").at("outcome") == "broken");
    };
    for (const char* fault : {"plain_without_logprobs", "finish_length_as_stop", "finish_content_filter", "same_call_ids",
                              "consistent_lie", "refused_once", "stop_ignored", "form_ignored"})
      broken(standin_check, fault);
    for (const char* fault : {"calls_reversed", "late_finish", "late_usage", "sampled_greedy", "sampled_damage"})
      broken(standard, fault);
  }

  TEST_CASE("the engine as it comes passes over all three APIs, tools included") {
    SKIP_WHERE(missing_llama());
    const Outcome outcome = sweetspot_run(check("--api messages,responses"));
    INFO(outcome.out << outcome.err);
    REQUIRE(outcome.exit_code == 0);
    const Json apis = Json::parse(outcome.out).at("verdict").at("apis");
    REQUIRE(apis.size() == 2);
    CHECK(apis.at(0).at("api") == "messages");
    CHECK(apis.at(1).at("api") == "responses");
    for (const Json& api : apis) {
      CHECK((api.at("outcome") == "pass" || api.at("outcome") == "tie"));
      CHECK(api.at("prompts_compared").get<int>() >= 10);
    }
  }

  TEST_CASE("streams that are damaged over other APIs alone are broken, and the verdict names them") {
    SKIP_WHERE(missing_llama());
    CHECK(sweetspot_run(standin_check + " --api messages,responses", standin("none")).exit_code == 0);
    for (const std::string fault : {"typed_drop", "typed_brace", "typed_no_end"}) {
      const Outcome outcome = sweetspot_run(standin_check + " --api messages,responses", standin(fault));
      INFO(fault << ": " << outcome.out << outcome.err);
      CHECK(outcome.exit_code == 1);
      if (outcome.exit_code != 1) continue;
      const Json report = Json::parse(outcome.out);
      const Json& verdict = report.at("verdict");
      CHECK(verdict.at("outcome") == "broken");
      CHECK(verdict.at("api") == "messages");
      CHECK(verdict.at("detail").get<std::string>().starts_with("messages: "));
      CHECK(verdict.at("apis").at(0).at("outcome") == "broken");
      CHECK(verdict.at("apis").at(1).at("outcome") == "broken");
      CHECK(report.at("evidence").is_object());
      for (const Json& row : report.at("checks")) {  // chat is not touched
        const std::string detail = row.at("detail");
        const bool of_an_api = detail.starts_with("messages: ") || detail.starts_with("responses: ");
        CHECK((row.at("outcome") != "broken" || of_an_api));
      }
    }
  }

  TEST_CASE("an API whose stream is damaged without any flag is unsound as it comes") {
    SKIP_WHERE(missing_llama());
    const fs::path cache = scratch() / "unsound-api";
    const Outcome outcome = sweetspot_run(check("--api messages --binary '" SWEETSPOT_STANDIN "'"),
                                          standin("typed_no_end") + "STANDIN_ALWAYS=1 XDG_CACHE_HOME='" + cache.string() + "'");
    INFO(outcome.out << outcome.err);
    CHECK(outcome.exit_code == 1);
    const Json verdict = Json::parse(outcome.out).at("verdict");
    CHECK(verdict.at("outcome") == "broken");
    CHECK(verdict.at("check") == "G1");
    CHECK(verdict.at("api") == "messages");
  }

  TEST_CASE("a server that dies in mid-answer is an error that names it, and nothing is left behind") {
    SKIP_WHERE(missing_llama());
    const Outcome outcome = sweetspot_run(standin_check, standin("exit_mid"));
    INFO(outcome.out << outcome.err);
    CHECK(outcome.exit_code == 1);
    CHECK(Json::parse(outcome.out).at("verdict").at("outcome") == "error");
    CHECK(left_behind() == 0);
  }

  TEST_CASE("a default that loses text is unsound as it comes") {
    SKIP_WHERE(missing_llama());
    const fs::path cache = scratch() / "unsound";  // the reference of the stand-in that does no harm is in the other one
    const Outcome outcome = sweetspot_run(check("--binary '" SWEETSPOT_STANDIN "'"),
                                          standin("drop") + "STANDIN_ALWAYS=1 XDG_CACHE_HOME='" + cache.string() + "'");
    INFO(outcome.out << outcome.err);
    CHECK(outcome.exit_code == 1);
    CHECK(Json::parse(outcome.out).at("verdict").at("check") == "G1");
  }

  TEST_CASE("drafts that are accepted unverified are rejected as broken, and honest ones are not") {
    SKIP_WHERE(missing_llama());
    const Outcome outcome = sweetspot_run("tune llama-server -q -m '" + gguf_model("draft-Q8_0.gguf").string() +
                                          "' --draft-model '" + gguf_model("draft-weak-Q8_0.gguf").string() +
                                          "' --goal decode --param spec_synth_len=0,3 --fix draft_depth=4 --budget 150s --json");
    INFO(outcome.err);
    REQUIRE(outcome.exit_code == 0);
    const Json report = Json::parse(outcome.out);
    REQUIRE(report.at("rejected").size() == 1);
    const Json& rejected = report.at("rejected").at(0);
    CHECK(rejected.at("culprit") == Json{{"spec_synth_len", 3}});
    CHECK(rejected.at("outcome") == "broken");
    CHECK(rejected.at("evidence").at("expected") != rejected.at("evidence").at("observed"));
    CHECK(report.at("recommendation").at("changed").empty());
    for (const Json& trial : report.at("trials")) {
      if (trial.at("changed").empty()) CHECK(trial.at("measurement").is_object());
    }
    CHECK(left_behind() == 0);
  }

  TEST_CASE("what cannot run is refused before anything is launched, by name") {
    SKIP_WHERE(missing_llama());
    const std::string base = "-q -m '" + gguf_model("draft-Q8_0.gguf").string() + "' ";
    check_refused("check llama-server " + base + "--set spec_type=draft-mtp --set draft_depth=2", "MTP");
    check_refused("check llama-server " + base + "--set draft_depth=2", "draft model");
    check_refused("check llama-server " + base + "--set mlock=on", "mlock");
    check_refused("check llama-server " + base + "--set kv_type_q=q8_0", "kv_type_k");
    check_refused("check llama-server " + base + "--set kv_type_k=q8_1", "q8_1");
    check_refused("check llama-server -m /nowhere/model.gguf", "/nowhere/model.gguf");
    check_refused("check llama-server -m '" SWEETSPOT_STANDIN "'", "GGUF");
  }

  TEST_CASE("Ctrl-C ends a study with 130, tells how to go on, and leaves nothing behind") {
    SKIP_WHERE(missing_llama());
    const std::string tune =
        "timeout --signal=INT 8 '" SWEETSPOT_BINARY "' tune llama-server -m '" + gguf_model("draft-Q8_0.gguf").string() +
        "' --goal decode --param threads=1,2 --budget 90s --store " + (scratch() / "interrupted.sqlite").string() + " 2>" +
        (scratch() / "interrupted.err").string() + " >/dev/null";
    const int status = std::system(("XDG_CACHE_HOME=" + scratch().string() + " " + tune).c_str());
    CHECK(WEXITSTATUS(status) == 124);  // timeout's own code: the signal was sent
    const std::string err = content(scratch() / "interrupted.err");
    INFO(err);
    CHECK(err.find("sweetspot resume ") != std::string::npos);
    CHECK(left_behind() == 0);
    const Outcome list = sweetspot_run("list --store " + (scratch() / "interrupted.sqlite").string());
    CHECK(list.out.find("interrupted") != std::string::npos);
  }
}
