#pragma once

#include <cstdint>
#include <optional>

namespace sweetspot {

/// Sum over the living processes of a group of each one's peak memory; nothing when none is alive or the platform does
/// not tell.
std::optional<std::int64_t> group_memory_bytes_peak(std::int64_t group);

/// Begins a new peak for each of them where the system lets it (Linux). On macOS the peak of a process is that of its whole life:
/// only a private call begins another, and not with every kernel.
void forget_group_memory_peak(std::int64_t group);

/// Processor time of the group's living processes and of their children that have ended, seconds; 0 when none is alive.
double group_cpu_seconds(std::int64_t group);

}  // namespace sweetspot
