#include "cli/options.hpp"

#include "cli/options_tree.hpp"
#include "core/error.hpp"

#include <unistd.h>

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

using namespace sweetspot;

namespace {

Options parsed(const std::vector<std::string>& arguments, const Environment& environment = {}) {
  return parse_options(arguments, environment, "/nowhere/config.json");
}

std::string refusal_of(const std::vector<std::string>& arguments, const Environment& environment = {}) {
  try {
    parsed(arguments, environment);
  } catch (const Error& error) {
    return std::string{error.what()} + " | " + error.hint();
  }
  return "accepted";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A file for the length of a test.
struct ConfigOnDisk {
  explicit ConfigOnDisk(const std::string& text)
      : path(std::filesystem::temp_directory_path() / ("sweetspot-options-test-" + std::to_string(::getpid()) + ".json")) {
    std::ofstream{path} << text;
  }
  ~ConfigOnDisk() { std::filesystem::remove(path); }
  std::filesystem::path path;
};

}  // namespace

TEST_SUITE("cli/options") {
  TEST_CASE("a full tune line is read once into plain data") {
    const auto options = parsed({"tune",
                                 "llama-server",
                                 "-m",
                                 "a.gguf",
                                 "--param",
                                 "threads=1,2",
                                 "--param",
                                 "draft_depth=0..4",
                                 "--fix",
                                 "kv_type_k=f16",
                                 "--goal",
                                 "chat",
                                 "--sampler",
                                 "temperature=0.6,top_k=20",
                                 "--budget",
                                 "1h30m",
                                 "--trials",
                                 "12",
                                 "--tier",
                                 "quick",
                                 "--seed",
                                 "7",
                                 "--min-gain",
                                 "3.5",
                                 "--allow-lossy",
                                 "-n",
                                 "--json",
                                 "-o",
                                 "-",
                                 "--",
                                 "--no-mmap",
                                 "--",
                                 "-x"});
    CHECK(options.action == Action::tune);
    CHECK(options.engine == "llama-server");
    CHECK(options.model == "a.gguf");
    CHECK(options.parameters == std::vector<std::string>{"threads=1,2", "draft_depth=0..4"});
    CHECK(options.fix == std::vector<std::string>{"kv_type_k=f16"});
    CHECK(options.goal == "chat");
    CHECK(options.sampler.at("temperature") == 0.6);
    CHECK(options.budget == std::chrono::minutes{90});
    CHECK(options.budget_given);
    CHECK(options.trials == 12);
    CHECK(options.tier == "quick");
    CHECK(options.seed == 7);
    CHECK(options.min_gain_percent == 3.5);
    CHECK(options.allow_lossy == AllowLossy::yes);
    CHECK(options.dry_run);
    CHECK(options.json);
    CHECK(options.output == "-");
    CHECK(options.engine_arguments == std::vector<std::string>{"--no-mmap", "--", "-x"});
  }

  TEST_CASE("without options the documented defaults hold") {
    const auto options = parsed({"tune"});
    CHECK(options.goal == "agent");
    CHECK(options.budget == std::chrono::minutes{30});
    CHECK_FALSE(options.budget_given);
    CHECK(options.min_gain_percent == 2);
    CHECK(options.strategy == "auto");
    CHECK(options.allow_lossy == AllowLossy::no);
  }

  TEST_CASE("an engine may bear the name of a command") { CHECK(parsed({"run", "list"}).study == "list"); }

  TEST_CASE("help of a command wins over what else is wrong with the line") {
    const auto options = parsed({"tune", "--bogus", "--help"});
    CHECK(options.action == Action::help);
    CHECK(options.help_topic == "tune");
    CHECK(parsed({"--help"}).help_topic.empty());
    CHECK(parsed({"--version"}).action == Action::version);
  }

  TEST_CASE("misspelt options, commands and words get the nearest one") {
    CHECK(contains(refusal_of({"tnue"}), "did you mean \"tune\""));
    CHECK(contains(refusal_of({"tune", "--buget", "3m"}), "did you mean \"--budget\""));
    CHECK(contains(refusal_of({"tune", "--goal", "agnet"}), "did you mean \"agent\""));
    CHECK(contains(refusal_of({"tune", "--strategy", "exhaustiv"}), "exhaustive"));
    CHECK(contains(refusal_of({"tune", "--sampler", "temprature=1"}), "temperature"));
    CHECK(contains(refusal_of({"show", "--as", "jsn"}), "json"));
  }

  TEST_CASE("values that make no sense are refused with the option's name") {
    CHECK(contains(refusal_of({"tune", "--budget", "soon"}), "--budget: "));
    CHECK(contains(refusal_of({"tune", "--trials", "0"}), "--trials: '0' is not a whole number"));
    CHECK(contains(refusal_of({"tune", "--seed", "-3"}), "--seed: "));
    CHECK(contains(refusal_of({"tune", "--min-gain", "nan"}), "--min-gain: "));
    CHECK(contains(refusal_of({"tune", "--context", "99999999999999999999"}), "--context: "));
    CHECK(contains(refusal_of({"tune", "--port", "70000"}), "--port: "));
    CHECK(contains(refusal_of({"tune", "--sampler", "temperature"}), "is not KEY=VALUE"));
    CHECK(contains(refusal_of({"tune", "--sampler", "temperature=1,temperature=2"}), "twice"));
    CHECK(contains(refusal_of({"tune", "-m", ""}), "--model: the value is empty"));
    CHECK(contains(refusal_of({"tune", "-m"}), "sweetspot tune --help"));
    CHECK(contains(refusal_of({"tune", "a", "b"}), "'b' is one argument too many"));
    CHECK(contains(refusal_of({"--json", "list"}), "before the command"));
    CHECK(contains(refusal_of({"list", "--", "x"}), "launches no engine"));
  }

  TEST_CASE("flags come before the environment, the environment before the file, the file before the defaults") {
    const ConfigOnDisk file{R"({"goal": "decode", "trials": 5, "min-gain": 4, "json": true, "param": ["threads=1", "poll=0"]})"};
    Environment environment;
    environment.variables = {{"SWEETSPOT_GOAL", "chat"}, {"SWEETSPOT_TRIALS", "6"}, {"SWEETSPOT_SEED", ""}};
    const auto options = parse_options({"tune", "--goal", "memory"}, environment, file.path);
    CHECK(options.goal == "memory");
    CHECK(options.trials == 6);
    CHECK(options.min_gain_percent == 4);
    CHECK(options.json);
    CHECK(options.seed == 1);
    CHECK(options.parameters == std::vector<std::string>{"threads=1", "poll=0"});
  }

  TEST_CASE("what was read from where is kept, also for commands that have no such option") {
    const ConfigOnDisk file{R"({"min-gain": 4})"};
    Environment environment;
    environment.variables = {{"SWEETSPOT_GOAL", "chat"}};
    const auto options = parse_options({"doctor"}, environment, file.path);
    REQUIRE(options.settings.size() == 2);
    CHECK(options.settings[0].origin == "SWEETSPOT_GOAL");
    CHECK(options.settings[1].origin == file.path.string());
  }

  TEST_CASE("a bad value names the variable that it came from") {
    Environment environment;
    environment.variables = {{"SWEETSPOT_BUDGET", "soon"}};
    CHECK(contains(refusal_of({"tune"}, environment), "(from SWEETSPOT_BUDGET)"));
    environment.variables = {{"SWEETSPOT_JSON", "perhaps"}};
    CHECK(contains(refusal_of({"tune"}, environment), "write true or false"));
  }
}
