#pragma once

#include "core/parameter.hpp"

#include <set>
#include <string>
#include <string_view>

namespace sweetspot {

/// "draft_depth > 0", "spec_type == none", "spec_synth_len > draft_depth + 1", "load_mode == 'mmap'": a parameter, one of
/// == != < <= > >=, and a value, or one of `parameters` with an optional offset. In single quotes it is always a value.
/// Throws Error when it is none of this or names an unknown parameter on the left.
Condition parse_condition(std::string_view text, const std::set<std::string>& parameters);

}  // namespace sweetspot
