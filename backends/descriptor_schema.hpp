#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace sweetspot {

struct SchemaProblem {
  std::string pointer;  ///< JSON pointer to the value that is wrong
  std::string text;     ///< what was expected there
};

/// Where a descriptor breaks descriptor.schema.json; empty when it does not. A value that is wrong within is not reported
/// again for what surrounds it.
std::vector<SchemaProblem> schema_problems(const nlohmann::json& descriptor);

}  // namespace sweetspot
