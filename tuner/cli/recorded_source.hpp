#pragma once

#include "cli/context.hpp"
#include "run/recorded_table.hpp"

#include <string>

namespace sweetspot {

/// The recorded table in a file of that name, else the trials of the stored study (id, prefix; empty: the latest). Throws Error
/// when there is neither.
RecordedTable recorded_named(const std::string& name, const Context& context);

}  // namespace sweetspot
