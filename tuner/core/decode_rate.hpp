#pragma once

#include "core/request_sample.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace sweetspot {

/// An answer of fewer has no rate. Not the 32 of measurement.md "What is counted", which are for what a class's rate rests on:
/// a short tool call has no more, and every configuration answers it.
inline constexpr std::int64_t tokens_for_rate = 16;
inline constexpr std::size_t chunks_for_rate = 3;  ///< of two, held back and sent at once, the gap tells nothing

/// Tokens per second of one streamed answer: (n - n1) / (last token - first chunk), where n1 is the first chunk's share
/// (measurement.md "What is counted"); (n - 1) / (last - first token) where the server's events tell when these were. Nothing for
/// answers that are too short, or come in too few pieces, to tell.
std::optional<double> decode_rate(const RequestSample& sample);

}  // namespace sweetspot
