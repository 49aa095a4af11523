#pragma once

#include "core/failure.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sweetspot {

struct ToolCall {
  std::optional<int> index;  ///< as the stream gave it; the position for a message that was not streamed
  std::string id;
  std::string type;
  std::string name;
  std::string arguments;  ///< raw bytes, never repaired
  bool operator==(const ToolCall&) const = default;
};

/// One of the most probable tokens at a position; natural logarithm.
struct TokenAlternative {
  std::int64_t id = -1;
  std::string bytes;
  double logprob = 0;
  bool operator==(const TokenAlternative&) const = default;
};

/// One generated token with the server's alternatives, most probable first.
struct TokenRecord {
  std::int64_t id = -1;
  std::string bytes;  ///< empty for control tokens such as end of sequence
  double logprob = 0;
  std::vector<TokenAlternative> top;
  bool operator==(const TokenRecord&) const = default;
};

struct Usage {
  std::optional<std::int64_t> prompt_tokens;
  std::optional<std::int64_t> completion_tokens;
  std::optional<std::int64_t> cached_tokens;
  std::optional<std::int64_t> total_tokens;  ///< as the server says it
  bool operator==(const Usage&) const = default;
};

/// What the server says of its own speed. Not a source of rates by itself: a cross-check.
struct ServerTimings {
  std::optional<double> prompt_ms;
  std::optional<double> predicted_ms;
  std::optional<std::int64_t> prompt_n;
  std::optional<std::int64_t> predicted_n;
  std::optional<std::int64_t> cache_n;
  std::optional<std::int64_t> draft_n;
  std::optional<std::int64_t> draft_n_accepted;
  bool operator==(const ServerTimings&) const = default;
};

/// One content-bearing chunk: when it arrived (ms after the request was sent) and how many bytes of text, reasoning and
/// tool call it brought.
struct ChunkArrival {
  double at_ms = 0;
  std::int64_t bytes = 0;
  bool operator==(const ChunkArrival&) const = default;
};

/// Everything observed of one request. Times in milliseconds after the request was sent.
struct RequestSample {
  std::string prompt_id;
  std::string prompt_class;
  bool streamed = false;
  int http_status = 0;
  std::optional<double> first_byte_ms;
  std::optional<double> first_token_ms;  ///< first non-empty delta of content, reasoning or tool call
  std::optional<double> first_reasoning_ms;
  std::optional<double> first_content_ms;
  std::optional<double> first_tool_ms;
  std::optional<double> last_token_ms;
  /// When the server had its first and its last token, text or not, where its events tell (descriptor: role_with_first_token).
  std::optional<double> first_counted_ms;
  std::optional<double> last_counted_ms;
  double total_ms = 0;
  std::vector<ChunkArrival> chunks;
  std::vector<ChunkArrival> reads;  ///< the response's bytes as they arrived; not stored
  std::string text;
  std::string reasoning;
  std::vector<ToolCall> calls;
  std::string finish_reason;  ///< empty: none was seen
  Usage usage;
  ServerTimings timings;
  std::vector<TokenRecord> tokens;           ///< only where log probabilities were asked for
  std::vector<std::string> protocol_faults;  ///< what the response broke of the protocol, in words (check G3)
  std::string error_body;                    ///< HTTP or in-stream error object
  std::string request_json;                  ///< as sent
  std::string raw;                           ///< response bytes, capped
  bool operator==(const RequestSample&) const = default;
};

}  // namespace sweetspot
