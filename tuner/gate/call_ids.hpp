#pragma once

#include "core/verdict.hpp"
#include "gate/gate.hpp"

#include <optional>

namespace sweetspot {

/// A tool call's id that an earlier answer had already (G8): a client matches results to calls by it, over a whole conversation.
/// Nothing where the reference's own ids come again, which is then the engine's way, or where it has too few to tell.
std::optional<Evidence> repeated_call_id(const Reference& reference, const Interview& interview);

}  // namespace sweetspot
