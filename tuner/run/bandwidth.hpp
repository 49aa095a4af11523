#pragma once

#include <cstdint>
#include <optional>

namespace sweetspot {

/// Enough memory to be beyond the caches of most machines.
inline constexpr std::int64_t triad_bytes = 256 << 20;

/// Bytes per second that `threads` together read and write in a[i] = b[i] + s * c[i] over arrays of `bytes` in all: the
/// triad of STREAM (J. McCalpin), 24 bytes an element, the best of the passes that fit into a third of a second. Nothing when
/// there is no memory for it.
std::optional<double> triad_bandwidth(std::int64_t bytes, int threads);

}  // namespace sweetspot
