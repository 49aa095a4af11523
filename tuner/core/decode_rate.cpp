#include "core/decode_rate.hpp"

#include <algorithm>

namespace sweetspot {
namespace {

/// Of all tokens but the first, from that one's own arrival: those without text (a thought that opens, the end) are in the time
/// as they are in the count.
std::optional<double> counted_rate(const RequestSample& sample, std::int64_t tokens) {
  if (!sample.first_counted_ms || !sample.last_counted_ms) return std::nullopt;
  const double window_ms = *sample.last_counted_ms - *sample.first_counted_ms;
  // Text that came with the first event was not the first token alone.
  if (window_ms <= 0 || sample.chunks.front().at_ms <= *sample.first_counted_ms) return std::nullopt;
  return static_cast<double>(tokens - 1) * 1000 / window_ms;
}

}  // namespace

std::optional<double> decode_rate(const RequestSample& sample) {
  const std::int64_t tokens = sample.usage.completion_tokens.value_or(0);
  if (tokens < tokens_for_rate || sample.chunks.size() < chunks_for_rate) return std::nullopt;
  if (const auto rate = counted_rate(sample, tokens)) return rate;
  const double window_ms = sample.chunks.back().at_ms - sample.chunks.front().at_ms;
  if (window_ms <= 0) return std::nullopt;
  double bytes = 0;
  for (const ChunkArrival& chunk : sample.chunks) bytes += static_cast<double>(chunk.bytes);
  const double first =
      std::max(1.0, static_cast<double>(tokens) * static_cast<double>(sample.chunks.front().bytes) / std::max(bytes, 1.0));
  if (static_cast<double>(tokens) - first <= 0) return std::nullopt;
  return (static_cast<double>(tokens) - first) * 1000 / window_ms;
}

}  // namespace sweetspot
