#pragma once

#include "core/request_sample.hpp"

#include <cstdint>
#include <optional>

namespace sweetspot {

inline constexpr std::int64_t tokens_for_rate = 16;  ///< an answer of fewer has no rate

/// Tokens per second of one streamed answer: (n - n1) / (last token - first chunk), where n1 is the first chunk's share
/// (measurement.md "What is counted"). Nothing for answers that are too short to tell.
std::optional<double> decode_rate(const RequestSample& sample);

}  // namespace sweetspot
