#pragma once

#include "backends/descriptor.hpp"
#include "core/config.hpp"
#include "core/verdict.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sweetspot {

/// What was seen of a running server, beside its answers.
struct ServerTraces {
  std::string log;
  std::string properties;  ///< JSON
  std::int64_t drafted = 0;
  std::int64_t drafted_accepted = 0;
};

/// G2: did every flag of the configuration act? pass, or inconclusive naming the flag that did not.
CheckResult engagement(const EngineDescriptor& engine, const std::vector<Parameter>& parameters, const Config& config,
                       const ServerTraces& traces);

/// The value in effect of each parameter that the engine tells (log pattern or properties), by name.
std::map<std::string, Value> effective_values(const EngineDescriptor& engine, const ServerTraces& traces);

}  // namespace sweetspot
