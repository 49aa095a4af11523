#include "run/live_setup.hpp"

#include <utility>

namespace sweetspot {
namespace {

/// The part of the configuration that becomes flags.
Config flags_of(Config config) {
  config.values.erase(std::string(model_parameter));
  config.values.erase(std::string(binary_parameter));
  return config;
}

LaunchInputs inputs_of(const LiveSetup& setup, const Config& config) {
  LaunchInputs inputs = setup.inputs;
  inputs.model = model_of(setup, config).path;
  return inputs;
}

/// The one of `others` that the configuration names, or null.
template <typename Source>
const Source* named(const Config& config, std::string_view parameter, const std::map<std::string, Source>& others) {
  const auto value = config.values.find(std::string(parameter));
  if (value == config.values.end()) return nullptr;
  const auto found = others.find(text(value->second));
  return found == others.end() ? nullptr : &found->second;
}

template <typename Source>
void add_parameter(LiveSetup& setup, std::string_view name, Effect effect, const std::string& own,
                   const std::map<std::string, Source>& others) {
  EngineParameter row;
  row.parameter.name = name;
  row.parameter.description = "what is launched";
  row.parameter.effect = effect;
  row.parameter.default_value = own;
  Choices choices;
  choices.words.push_back(own);
  for (const auto& [word, source] : others) choices.words.push_back(word);
  row.parameter.domain = choices;
  ProbedParameter probed;
  probed.name = name;
  probed.spelling = name;
  probed.words = choices.words;
  probed.default_value = own;
  setup.engine.parameters.push_back(row);
  setup.probe.parameters.push_back(probed);
  setup.parameters.push_back(row.parameter);
}

}  // namespace

void add_models(LiveSetup& setup, const std::string& own, std::map<std::string, ModelIdentity> others) {
  others.erase(own);
  setup.models = std::move(others);
  add_parameter(setup, model_parameter, Effect::lossy, own, setup.models);
}

void add_binaries(LiveSetup& setup, const std::string& own, std::map<std::string, EngineProbe> others) {
  others.erase(own);
  setup.binaries = std::move(others);
  add_parameter(setup, binary_parameter, Effect::numeric, own, setup.binaries);
}

const ModelIdentity& model_of(const LiveSetup& setup, const Config& config) {
  const ModelIdentity* other = named(config, model_parameter, setup.models);
  return other == nullptr ? setup.model : *other;
}

const EngineProbe& probe_of(const LiveSetup& setup, const Config& config) {
  const EngineProbe* other = named(config, binary_parameter, setup.binaries);
  return other == nullptr ? setup.probe : *other;
}

LaunchPlan plan_for(const LiveSetup& setup, const Config& config) {
  return launch_plan(setup.engine, probe_of(setup, config), flags_of(config), model_of(setup, config), inputs_of(setup, config));
}

Command command_for(const LiveSetup& setup, const Config& config) {
  return launch_command(setup.engine, probe_of(setup, config), flags_of(config), model_of(setup, config),
                        inputs_of(setup, config));
}

std::optional<std::string> refusal_for(const LiveSetup& setup, const Config& config) {
  return unsupported_reason(setup.engine, probe_of(setup, config), flags_of(config), model_of(setup, config),
                            inputs_of(setup, config));
}

}  // namespace sweetspot
