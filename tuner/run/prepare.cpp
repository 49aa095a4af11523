#include "run/prepare.hpp"

#include "backends/default_space.hpp"
#include "core/candidates.hpp"
#include "core/error.hpp"

#include <algorithm>
#include <set>

namespace sweetspot {

namespace {

/// Why a value cannot be launched: with the baseline's other values, or else with the first other value that brings it up.
std::optional<std::string> reason_in_combinations(const LiveSetup& setup, const SearchSpace& space, const Config& config) {
  const auto reason_of = [&](const Config& candidate) {
    const auto refused = refusal(space, candidate);
    return refused ? refused : refusal_for(setup, candidate);
  };
  if (auto reason = reason_of(config)) return reason;
  for (const Axis& axis : space.axes) {
    for (const Value& value : axis.values) {
      Config candidate = config;
      candidate.values[axis.parameter] = value;
      if (auto reason = reason_of(candidate)) return reason;
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<Parameter> parameters_of(const EngineDescriptor& engine, const EngineProbe& probe) {
  std::vector<Parameter> parameters;
  for (const EngineParameter& row : engine.parameters) {
    const ProbedParameter* probed = probe.find(row.parameter.name);
    if (probed == nullptr || !probed->spelling) continue;
    Parameter parameter = row.parameter;
    parameter.default_value = probed->default_value;
    parameters.push_back(std::move(parameter));
  }
  return parameters;
}

SearchSpace search_space(const LiveSetup& setup, const std::vector<Axis>& axes, const Config& fixed) {
  std::set<std::string> names;
  for (const Axis& axis : axes) names.insert(axis.parameter);
  for (const auto& [name, value] : fixed.values) names.insert(name);
  SearchSpace space;
  space.parameters = space_parameters(setup.engine, setup.probe, names);
  const HasDraftModel draft = setup.inputs.draft_model.empty() ? HasDraftModel::no : HasDraftModel::yes;
  space.constraints = space_constraints(setup.engine, setup.probe, setup.model, draft, names);
  space.baseline = fixed;
  for (const Axis& asked : axes) {
    if (fixed.values.contains(asked.parameter)) continue;
    const auto value = effective_value(space.parameters, {}, asked.parameter);
    if (!value) continue;
    space.baseline.values[asked.parameter] = *value;
    Axis axis = asked;
    if (std::find(axis.values.begin(), axis.values.end(), *value) == axis.values.end())
      axis.values.insert(axis.values.begin(), *value);
    space.axes.push_back(std::move(axis));
  }
  return space;
}

void adopt_effective(const std::map<std::string, Value>& effective, const Config& fixed, EngineProbe& probe,
                     std::vector<Parameter>& parameters, SearchSpace& space) {
  for (Parameter& parameter : parameters) {
    const auto found = effective.find(parameter.name);
    if (found == effective.end() || fixed.values.contains(parameter.name)) continue;
    const Value word = parameter.default_value;
    parameter.default_value = found->second;
    for (Parameter& searched : space.parameters) {
      if (searched.name == parameter.name) searched.default_value = found->second;
    }
    for (ProbedParameter& probed : probe.parameters) {
      if (probed.name == parameter.name) probed.default_value = found->second;
    }
    const auto held = space.baseline.values.find(parameter.name);
    if (held == space.baseline.values.end()) continue;
    held->second = found->second;
    for (Axis& axis : space.axes) {
      if (axis.parameter != parameter.name) continue;
      std::erase(axis.values, word);
      std::erase(axis.values, found->second);
      axis.values.insert(axis.values.begin(), found->second);
    }
  }
}

void require_supported(const LiveSetup& setup, const SearchSpace& space) {
  const std::string way_out = "change what --fix or --set say";
  if (const auto reason = refusal_for(setup, space.baseline)) throw Error{*reason, way_out};
  if (const auto reason = refusal(space, space.baseline))
    throw Error{display(space.baseline) + " is never launched: " + *reason, way_out};
  const Candidates valid = candidates(space, 0);
  for (std::size_t i = 0; i < space.axes.size(); ++i) {
    const Axis& axis = space.axes[i];
    for (const Value& value : axis.values) {
      Config config = space.baseline;
      config.values[axis.parameter] = value;
      const std::string asked = axis.parameter + "=" + text(value);
      bool launchable = false;
      for (std::size_t row = 0; row < valid.size && !launchable; ++row)
        launchable =
            valid.axes[i].values[valid.row(row)[i]] == value && !refusal_for(setup, config_of(space, valid, valid.row(row)));
      if (launchable) continue;
      if (const auto reason = refusal_for(setup, config))
        throw Error{(reason->starts_with(asked) ? "" : asked + ": ") + *reason, "leave the value out of --param"};
      const auto reason = reason_in_combinations(setup, space, config);
      throw Error{asked + " is in no configuration that can be launched" + (reason ? ": " + *reason : ""),
                  "add what it needs with --param or --fix, or leave it out"};
    }
  }
}

}  // namespace sweetspot
