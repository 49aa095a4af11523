#pragma once

#include "backends/descriptor.hpp"
#include "core/interrupt.hpp"

#include <optional>
#include <string>

namespace sweetspot {

/// The version that the engine's daemon on this machine says it runs. Nothing where the descriptor knows of no daemon, none
/// answers within a second, or its answer holds no version.
std::optional<std::string> daemon_version(const EngineDescriptor& engine, const InterruptFlag& interrupt);

/// That the daemon runs another version than the installed one, and what to do; empty where there is nothing to say. What it is
/// older than is told by the versions' numbers.
std::string daemon_finding(const EngineDescriptor& engine, const std::string& installed, const InterruptFlag& interrupt);

}  // namespace sweetspot
