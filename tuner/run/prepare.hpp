#pragma once

#include "backends/descriptor.hpp"
#include "backends/probe.hpp"
#include "core/search_space.hpp"
#include "run/live_setup.hpp"

#include <map>
#include <string>
#include <vector>

namespace sweetspot {

/// The engine's parameters that this binary has, with this binary's defaults.
std::vector<Parameter> parameters_of(const EngineDescriptor& engine, const EngineProbe& probe);

/// Baseline (defaults of the axes, then `fixed`) and axes; every axis holds the baseline's value.
SearchSpace search_space(const LiveSetup& setup, const std::vector<Axis>& axes, const Config& fixed);

/// Values that the engine chose by itself ("auto") take the place of the words: in the parameters' defaults, the probe's
/// and the baseline, so that a configuration equal to the baseline in effect is the same configuration. What was fixed
/// stays as it was fixed.
void adopt_effective(const std::map<std::string, Value>& effective, const Config& fixed, EngineProbe& probe,
                     std::vector<Parameter>& parameters, SearchSpace& space);

/// Throws Error, before anything is launched, when this binary with this model cannot do one of the values asked for, or
/// when constraints leave no configuration that holds it.
void require_supported(const LiveSetup& setup, const SearchSpace& space);

}  // namespace sweetspot
