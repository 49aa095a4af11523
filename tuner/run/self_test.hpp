#pragma once

#include "backends/descriptor.hpp"
#include "run/observation.hpp"

#include <optional>
#include <string>

namespace sweetspot {

/// Whether a study begins with a look at the descriptor itself: nobody has run it with this version. Never for engines with
/// models of their own, which come with the descriptor.
bool needs_self_test(const EngineDescriptor& engine, const std::string& version);

/// What the first answers of the default show of a descriptor: which of its promises this server keeps, as one sentence.
/// `engine` is as it was described, `seen` what was offered.
std::string self_test_text(const EngineDescriptor& engine, const std::string& version, const Observation& seen);

/// Why nothing can be measured with it; nothing where something can.
std::optional<std::string> self_test_failure(const Observation& seen);

}  // namespace sweetspot
