#include "core/decode_rate.hpp"

#include <algorithm>

namespace sweetspot {

std::optional<double> decode_rate(const RequestSample& sample) {
  const std::int64_t tokens = sample.usage.completion_tokens.value_or(0);
  if (tokens < tokens_for_rate || sample.chunks.size() < chunks_for_rate) return std::nullopt;
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
