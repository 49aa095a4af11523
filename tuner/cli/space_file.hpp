#pragma once

#include "backends/descriptor.hpp"
#include "core/config.hpp"
#include "core/search_space.hpp"

#include <string>
#include <vector>

namespace sweetspot {

/// A search space as a file gives it.
struct SpaceFile {
  std::vector<Axis> axes;
  Config fixed;
};

/// Reads {"parameters": {"draft_depth": [0, 2, 4], "threads": "1..8"}, "fix": {"kv_type_k": "f16"}}; a value list is an
/// array, or a text as after --param NAME=. Throws Error that names `origin` and the place: not JSON, unknown keys,
/// parameters or values.
SpaceFile read_space(const EngineDescriptor& engine, const std::string& json_text, const std::string& origin);

}  // namespace sweetspot
