#pragma once

#include "core/study.hpp"

#include <cstdint>
#include <optional>

namespace sweetspot {

/// Enough memory to be beyond the caches of most machines.
inline constexpr std::int64_t triad_bytes = 256 << 20;

/// Bytes per second that `threads` together read and write in a[i] = b[i] + s * c[i] over arrays of `bytes` in all: the
/// triad of STREAM (J. McCalpin), 24 bytes an element, the best of the passes that fit into a third of a second. Nothing when
/// there is no memory for it.
std::optional<double> triad_bandwidth(std::int64_t bytes, int threads);

/// Into the target's machine, where it is not known: over as much memory as a token of its model reads, so that what rests in a
/// cache is measured there. Not where an accelerator may have memory of its own, which the processors' say nothing of.
void measure_bandwidth(Target& target);

}  // namespace sweetspot
