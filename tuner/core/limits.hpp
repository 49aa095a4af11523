#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// Every wait's deadline and every buffer's cap, in one place.
namespace sweetspot::limits {

using namespace std::chrono_literals;

inline constexpr auto probe_timeout = 20s;   ///< --version, --help
inline constexpr auto ready_timeout = 300s;  ///< model load; scaled up for models above 20 GB
inline constexpr auto stop_grace = 5s;       ///< between SIGTERM and SIGKILL
inline constexpr auto connect_timeout = 5s;
inline constexpr auto first_token_timeout = 300s;   ///< prompt processing of a long prompt on a slow machine
inline constexpr auto silence_timeout = 60s;        ///< no content-bearing event although bytes may arrive
inline constexpr auto request_timeout = 900s;       ///< one request in all
inline constexpr auto short_request_timeout = 10s;  ///< /health, /props, /tokenize
inline constexpr std::size_t log_bytes = 4 << 20;   ///< of a server's log kept: the head and the tail, half each
inline constexpr std::size_t log_tail_lines = 20;
inline constexpr std::size_t sse_line_bytes = 1 << 20;
inline constexpr std::size_t sse_events = 200'000;  ///< of one response
inline constexpr std::size_t response_bytes = 64 << 20;
inline constexpr std::uint32_t response_header_bytes = 64 << 10;
// A proxy may send one every 20 s while an answer is made (RFC 2518, 10.1): 45 within request_timeout.
inline constexpr int interim_responses = 100;
inline constexpr std::size_t raw_bytes_kept = 2 << 20;
inline constexpr std::size_t reads_kept = 100'000;
inline constexpr std::size_t table_bytes = 256 << 20;  ///< of a recorded table, unpacked
inline constexpr int json_depth = 64;

}  // namespace sweetspot::limits
