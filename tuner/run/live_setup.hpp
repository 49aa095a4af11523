#pragma once

#include "backends/api.hpp"
#include "backends/descriptor.hpp"
#include "backends/launch_plan.hpp"
#include "backends/probe.hpp"
#include "core/prompt.hpp"
#include "core/study.hpp"
#include "run/score.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sweetspot {

/// Another engine that loads the same weights, and scores texts where the engine under test cannot (gate.md 7.3c).
struct ScorerSetup {
  EngineDescriptor engine;
  EngineProbe probe;
  ModelIdentity model;
};

/// Everything that all launches of a study share.
struct LiveSetup {
  EngineDescriptor engine;
  EngineProbe probe;
  ModelIdentity model;
  LaunchInputs inputs;
  std::map<std::string, ModelIdentity> models;  ///< by value of the parameter `model`: other files than `model`
  std::map<std::string, EngineProbe> binaries;  ///< by value of the parameter `binary`: other builds than `probe`
  std::optional<ScorerSetup> scorer;            ///< used only where the engine itself cannot score
  std::vector<Parameter> parameters;            ///< with the defaults of this binary
  int port = 0;                                 ///< 0: a free one for each launch
  std::filesystem::path cache_folder;
  std::filesystem::path evidence_folder;  ///< empty: none is kept
  std::vector<Prompt> gate_prompts;
  std::vector<Prompt> timed_prompts;
  Goal goal;
  std::vector<Api> apis;  ///< that the gate looks at beside chat
  int concurrency = 0;    ///< clients at once; 0: as many as the configuration serves, where the goal asks for it
  std::map<std::string, double> sampler;
  std::uint64_t seed = 1;
  std::uint64_t fresh_seed = 1;  ///< of prompts that no choice has seen: another one in every study
};

/// Two parameters that are no flags: what a configuration is launched from, where it says so. Without them it is the
/// setup's own model and binary, which the reference is always taken from.
inline constexpr std::string_view model_parameter = "model";
inline constexpr std::string_view binary_parameter = "binary";

/// Makes a parameter of the model: the one that the setup holds, under the name `own`, is the default; another one may be
/// of another quantisation (effect lossy). To be called before anything looks at the engine's parameters.
void add_models(LiveSetup& setup, const std::string& own, std::map<std::string, ModelIdentity> others);
/// The same of builds of the engine, which may round otherwise (effect numeric).
void add_binaries(LiveSetup& setup, const std::string& own, std::map<std::string, EngineProbe> others);

/// What the configuration is launched from.
const ModelIdentity& model_of(const LiveSetup& setup, const Config& config);
const EngineProbe& probe_of(const LiveSetup& setup, const Config& config);

/// launch_plan(), launch_command() and unsupported_reason() of what the configuration is launched from.
LaunchPlan plan_for(const LiveSetup& setup, const Config& config);
Command command_for(const LiveSetup& setup, const Config& config);
std::optional<std::string> refusal_for(const LiveSetup& setup, const Config& config);

}  // namespace sweetspot
