#include "cli/found_here.hpp"

#include "cli/cli.hpp"
#include "cli/exit_code.hpp"
#include "support/gguf_bytes.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

using namespace sweetspot;
using fixture::ScratchFolder;

namespace {

struct Ended {
  int code = -1;
  std::string out;
  std::string err;
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A user's home with a made-up llama-server, which answers what little the probe asks, and the models that a test puts in.
struct Home {
  ScratchFolder folder;
  std::string answers;  ///< what is typed
  bool terminal = false;

  void install_engine() const {
    const auto path = folder.write(".local/bin/llama-server",
                                   "#!/bin/sh\ncase $1 in\n--version) echo 'version: 0.7.0 (build 11669, commit x)';;\n"
                                   "*) /bin/cat '" SWEETSPOT_SOURCE_DIR "/tests/backends/help/new.txt';;\nesac\n");
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  }
  void add_model(const std::string& name) const {
    fixture::GgufBytes file;
    file.text("general.architecture", "qwen3").number("qwen3.block_count", 1).number("qwen3.context_length", 4096);
    folder.write(".cache/llama.cpp/" + name + ".gguf", file.tensor("blk.0.attn_q.weight", 32, 0, 128).file());
  }

  Ended run(std::vector<std::string> words) const {
    words.insert(words.begin(), "sweetspot");
    std::vector<char*> argv;
    argv.reserve(words.size());
    for (auto& word : words) argv.push_back(word.data());
    Environment environment;
    environment.variables = {{"HOME", folder.path().string()}, {"PATH", ""}};
    environment.stdin_is_terminal = terminal;
    std::istringstream in{answers};
    environment.in = &in;
    std::ostringstream out, err;
    const int code = run_cli(static_cast<int>(argv.size()), argv.data(), out, err, environment);
    return {code, out.str(), err.str()};
  }
};

}  // namespace

TEST_SUITE("cli/found_here") {
  TEST_CASE("with nothing found, tune says what to install") {
    const Home home;
    const auto result = home.run({"tune"});
    CHECK(result.code == exit_usage);
    CHECK(has(result.err, "no engine was found here"));
    CHECK(has(result.err, "brew install llama.cpp"));
  }

  TEST_CASE("with an engine and no model, tune says what size this machine carries") {
    const Home home;
    home.install_engine();
    const auto result = home.run({"tune"});
    CHECK(result.code == exit_usage);
    CHECK(has(result.err, "none was found that llama-server loads"));
    CHECK(has(result.err, "carries models of up to"));
  }

  TEST_CASE("without a terminal nobody is asked: the first offer is named, and --yes takes it") {
    Home home;
    home.install_engine();
    home.add_model("small");
    const auto result = home.run({"tune", "--dry-run"});
    CHECK(result.code == exit_usage);
    CHECK(has(result.err, "take the first of 1 offers with --yes: llama-server with small"));
    const auto taken = home.run({"tune", "--dry-run", "--yes"});
    CHECK(has(taken.err, "taking llama-server with small"));
    CHECK(has(taken.out, "small.gguf"));
    CHECK(has(taken.out, "nothing was started"));
    home.terminal = true;
    CHECK(has(home.run({"tune", "--dry-run", "--no-input"}).err, "no model was named"));
  }

  TEST_CASE("on a terminal the answer counts, and nonsense is asked again") {
    Home home;
    home.install_engine();
    home.add_model("one");
    home.add_model("two");
    home.terminal = true;
    home.answers = "x\n9\n2\n";
    const auto result = home.run({"tune", "--dry-run"});
    CHECK(has(result.err, "Found here:"));
    const bool first_is_one = result.err.find("with one") < result.err.find("with two");
    CHECK(has(result.out, first_is_one ? "two.gguf" : "one.gguf"));
    home.answers = "\n";
    CHECK(has(home.run({"tune", "--dry-run"}).out, first_is_one ? "one.gguf" : "two.gguf"));
    home.answers = "";
    CHECK(has(home.run({"tune", "--dry-run"}).err, "nothing was chosen"));
  }

  TEST_CASE("-m and inspect take a name that was found here") {
    const Home home;
    home.install_engine();
    home.add_model("small");
    CHECK(has(home.run({"tune", "llama-server", "-m", "Small", "--dry-run"}).out, "small.gguf"));
    const auto result = home.run({"inspect", "small", "--json"});
    CHECK(result.code == exit_ok);
    const auto json = nlohmann::json::parse(result.out);
    CHECK(json["parameters"] == 32);
    CHECK(json["ceiling_tokens_per_second"] > 0);
    const auto wrong = home.run({"inspect", "smal"});
    CHECK(wrong.code == exit_usage);
    CHECK(has(wrong.err, "there is no file or folder smal"));
    CHECK(home.run({"inspect"}).code == exit_usage);
  }

  TEST_CASE("engines lists the models that were found, and JSON those that each engine loads") {
    const Home home;
    home.install_engine();
    home.add_model("small");
    CHECK(has(home.run({"engines"}).out, "small "));
    const auto json = nlohmann::json::parse(home.run({"engines", "llama-server", "--json"}).out);
    CHECK(json[0]["found"] == true);
    CHECK(json[0]["models"][0]["name"] == "small");
  }
}
