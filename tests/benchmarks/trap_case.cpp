#include "benchmarks/trap_case.hpp"

#include "backends/descriptor.hpp"
#include "backends/model.hpp"
#include "backends/probe.hpp"
#include "core/error.hpp"
#include "gate/prompt_set.hpp"
#include "run/check_run.hpp"
#include "run/machine.hpp"
#include "run/prepare.hpp"
#include "run/store.hpp"
#include "run/tune.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <map>
#include <memory>
#include <set>

namespace sweetspot::traps {
namespace {

using Json = nlohmann::json;

constexpr int context = 8192;
constexpr double tune_s = 20;

/// Conditions that the mechanism needs, or that hide it best; the others speculate.
const std::map<std::string, std::pair<Config, std::string>>& special_cases() {
  static const std::map<std::string, std::pair<Config, std::string>> cases = {
      {"T36", {Config{{{"kv_type_k", "q8_0"}}}, "kv_type_k=q8_0"}},
      {"T39", {Config{{{"parallel", std::int64_t{2}}}}, "parallel=2"}},
      {"T41", {Config{{{"parallel", std::int64_t{2}}}}, "parallel=2"}},
      {"T50", {Config{{{"parallel", std::int64_t{2}}}}, "parallel=2"}},
      {"T46", {Config{{{"draft_depth", std::int64_t{3}}}}, ""}},
      {"T54", {Config{}, ""}},
      {"T59", {Config{}, ""}},
      {"T58", {Config{{{"trap", "cached-prefill"}}}, ""}},
      {"T60", {Config{{{"cache_prompt", "off"}}}, ""}},
  };
  return cases;
}

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  if (!pipe) throw Error{"cannot start " + command, ""};
  std::string text;
  std::array<char, 4096> buffer{};
  for (std::size_t got = 0; (got = fread(buffer.data(), 1, buffer.size(), pipe.get())) > 0;) text.append(buffer.data(), got);
  return text;
}

/// The demo engine, with its traps as parameters: so they are part of a configuration, and the reference goes without.
EngineDescriptor engine_with_traps() {
  EngineDescriptor engine = find_engine(catalog(""), "demo-engine");
  for (const std::string name : {"trap", "trap_seed"}) {
    EngineParameter row;
    row.parameter.name = name;
    row.parameter.domain = Choices{};
    row.parameter.default_value = "";
    row.parameter.effect = Effect::none;
    row.emission.spellings = {name == "trap" ? "--trap" : "--trap-seed"};
    row.emission.default_from_help = false;
    engine.parameters.push_back(row);
  }
  return engine;
}

LiveSetup setup_for(const std::filesystem::path& demo_engine, const std::filesystem::path& cache) {
  static const EngineDescriptor engine = engine_with_traps();
  static const EngineProbe probe = probe_binary(engine, demo_engine, NeverInterrupted{});
  LiveSetup setup;
  setup.engine = engine;
  setup.probe = probe;
  setup.model = find_model(engine, "", "-m");
  setup.inputs.model = setup.model.path;
  setup.inputs.context = context;
  setup.inputs.extra_arguments = {"--time-scale", "0"};
  setup.parameters = parameters_of(engine, probe);
  setup.cache_folder = cache;
  setup.gate_prompts = gate_prompts(engine);
  setup.timed_prompts = timed_prompts();
  setup.goal = find_goal("agent");
  return setup;
}

std::string trap_text(const TrapCase& trap) { return trap.condition.empty() ? trap.name : trap.name + "@" + trap.condition; }

bool is_right(const TrapCase& trap, const std::string& outcome) {
  if (trap.expected == "pass") return outcome == "pass" || outcome == "tie";
  if (trap.expected == "lossy_or_broken") return outcome == "lossy" || outcome == "broken";
  return outcome == trap.expected;
}

TrapOutcome checked(const TrapCase& trap, std::uint64_t seed, Tier tier, LiveSetup setup) {
  CheckJob job;
  job.setup = std::move(setup);
  job.tier = tier;
  job.find_culprit = false;
  job.set = trap.config;
  if (trap.condition.empty()) {
    for (const std::string& word : {std::string("--trap"), trap_text(trap), std::string("--trap-seed"), std::to_string(seed)})
      job.setup.inputs.extra_arguments.push_back(word);
  } else {
    job.set.values["trap"] = trap_text(trap);
    job.set.values["trap_seed"] = std::to_string(seed);
  }
  job.space = search_space(job.setup, {}, job.set);
  const CheckReport report = run_check(job, NeverInterrupted{}, {[](const std::string&) {}, [](const std::string&) {}});
  TrapOutcome outcome;
  outcome.outcome = to_string(report.verdict.outcome);
  outcome.check = report.verdict.check;
  outcome.tokens = report.verdict.tokens_compared;
  // Needles that the model itself misses are its own weakness, with or without a trap.
  auto findings = report.reference.findings;
  std::erase_if(findings, [](const Finding& finding) { return finding.code == "lost_in_long_prompts"; });
  if (trap.expected == "finding" && !findings.empty()) outcome.check = findings.front().code;
  outcome.right = trap.expected == "finding" ? !findings.empty() : is_right(trap, outcome.outcome);
  return outcome;
}

constexpr double no_faster = 1.1;   ///< times the default: what the noise of two visits may show
constexpr double no_quicker = 1.5;  ///< reading the prompt; a cache that is counted shows ten times and more

/// The value was measured, and what it boasts of did not count. Not being recommended is little where there was no time.
bool seen_through(const Study& study, const Trial& baseline, const std::string& name) {
  const auto found = std::find_if(study.trials.begin(), study.trials.end(),
                                  [&](const Trial& trial) { return trial.changed.values.contains(name); });
  if (found == study.trials.end() || !found->measurement || !baseline.measurement) return false;
  const Measurement& own = *found->measurement;
  const Measurement& plain = *baseline.measurement;
  if (!own.score_s || !plain.score_s || !own.prefill_tokens_per_second || !plain.prefill_tokens_per_second) return false;
  return *plain.score_s < no_faster * *own.score_s &&
         *own.prefill_tokens_per_second < no_quicker * *plain.prefill_tokens_per_second;
}

/// A study with the value in its space: it must not be what is recommended.
TrapOutcome tuned(const TrapCase& trap, std::uint64_t seed, LiveSetup setup, const std::filesystem::path& folder) {
  const auto& [name, value] = *trap.config.values.begin();
  setup.inputs.extra_arguments = {"--time-scale", "200", "--trap-seed", std::to_string(seed)};
  if (name != "trap") setup.inputs.extra_arguments.insert(setup.inputs.extra_arguments.end(), {"--trap", trap_text(trap)});
  TuneJob job;
  job.space = search_space(setup, {{name, {value}}}, {});
  job.strategy = "exhaustive";
  job.settings.budget_s = tune_s;
  job.settings.goal = setup.goal;
  job.study.id = "trap-" + trap.id + "-" + std::to_string(seed);
  job.study.goal = setup.goal.name;
  job.study.target.machine = probe_machine();
  job.study.target.model = setup.model;
  job.study.baseline = job.space.baseline;
  job.setup = std::move(setup);
  Store store(folder / "traps.sqlite");
  run_tune(job, store, NeverInterrupted{}, {[](const std::string&) {}, [](const std::string&) {}});
  TrapOutcome outcome;
  const bool recommended = job.study.recommendation.changed.values.contains(name);
  const Trial* baseline = find_trial(job.study, job.study.baseline);
  outcome.right = !recommended && baseline != nullptr && seen_through(job.study, *baseline, name);
  outcome.outcome = recommended ? "recommended" : outcome.right ? "not recommended" : "not told";
  outcome.check = "score";
  return outcome;
}

}  // namespace

std::vector<TrapCase> trap_cases(const std::filesystem::path& demo_engine) {
  std::vector<TrapCase> cases;
  for (const Json& row : Json::parse(output_of("'" + demo_engine.string() + "' --list-traps --json"))) {
    TrapCase trap;
    trap.id = row.at("id");
    trap.name = row.at("name");
    trap.expected = row.at("expected");
    trap.control = row.at("control");
    const auto special = special_cases().find(trap.id);
    trap.config = special != special_cases().end() ? special->second.first : Config{{{"draft_depth", std::int64_t{3}}}};
    trap.condition = special != special_cases().end() ? special->second.second : "speculating";
    cases.push_back(trap);
  }
  return cases;
}

TrapOutcome tried(const TrapCase& trap, std::uint64_t seed, const std::filesystem::path& demo_engine,
                  const std::filesystem::path& cache) {
  const auto begin = std::chrono::steady_clock::now();
  const LiveSetup setup = setup_for(demo_engine, cache);
  TrapOutcome outcome;
  if (trap.expected == "not_recommended") {
    outcome = tuned(trap, seed, setup, cache);
  } else {
    outcome = checked(trap, seed, Tier::quick, setup);
    const bool nothing_found = outcome.outcome == "pass" || outcome.outcome == "tie";
    if (nothing_found && !trap.control) outcome = checked(trap, seed, Tier::standard, setup);
  }
  outcome.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return outcome;
}

}  // namespace sweetspot::traps
