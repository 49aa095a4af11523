#pragma once

#include <cstdint>
#include <optional>

namespace sweetspot {

/// Sum over the living processes of a group of each one's peak memory; nothing when none is alive or the platform does
/// not tell.
std::optional<std::int64_t> group_memory_bytes_peak(std::int64_t group);

}  // namespace sweetspot
