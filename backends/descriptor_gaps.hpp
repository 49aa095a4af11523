#pragma once

#include "backends/descriptor.hpp"

#include <string>
#include <vector>

namespace sweetspot {

/// What cannot be proved with an engine as it is described, for lack of something that it offers or that the descriptor says:
/// one sentence each, with what it costs. No error: an engine without any of it can be tuned, and verdicts name what is missing.
std::vector<std::string> descriptor_gaps(const EngineDescriptor& engine);

}  // namespace sweetspot
