#pragma once

#include "core/request_sample.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sweetspot {

/// One prompt class within a visit.
struct ClassMeasurement {
  int requests = 0;
  std::optional<double> decode_tokens_per_second;     ///< median over the requests
  std::optional<double> decode_tokens_per_second_sd;  ///< deviation over the requests
  std::optional<double> draft_acceptance;
  bool operator==(const ClassMeasurement&) const = default;
};

/// A conversation at one depth of context.
struct DepthMeasurement {
  std::int64_t depth = 0;          ///< asked for, tokens
  std::int64_t prompt_tokens = 0;  ///< as the server counted them
  std::optional<double> ttft_cold_ms;
  std::optional<double> ttft_warm_ms;  ///< second turn, prefix cached
  std::optional<double> decode_tokens_per_second;
  std::optional<double> prefill_tokens_per_second;
  std::optional<std::int64_t> memory_bytes;  ///< peak so far
  std::string failure;                       ///< what went wrong at this depth; empty: nothing
  bool operator==(const DepthMeasurement&) const = default;
};

/// One turn of a tool-using conversation that grows.
struct TurnMeasurement {
  int turn = 0;                    ///< from 1
  std::int64_t prompt_tokens = 0;  ///< as the server counted them, the cached ones too
  std::optional<double> ttft_ms;
  std::optional<double> decode_tokens_per_second;
  std::optional<std::int64_t> memory_bytes;  ///< peak so far
  std::string failure;                       ///< what went wrong in this turn; empty: nothing
  bool operator==(const TurnMeasurement&) const = default;
};

/// Several clients at once.
struct ConcurrencyMeasurement {
  int clients = 0;
  int requests = 0;                         ///< answered
  int failed = 0;                           ///< requests that were not, or not with an answer
  std::optional<double> tokens_per_second;  ///< of all together in the steady state
  std::optional<double> ttft_ms_p50;
  std::optional<double> ttft_ms_p95;
  bool operator==(const ConcurrencyMeasurement&) const = default;
};

/// Summary of the samples of one or more visits of a configuration, always recomputable from them.
struct Measurement {
  std::optional<double> score_s;  ///< seconds for the goal's mix of work (cli.md "The score"); for goal decode per 1000 tokens
  std::optional<double> decode_tokens_per_second;  ///< geometric mean of the class medians
  std::optional<double> ttft_ms_p50;               ///< cold
  std::optional<double> ttft_ms_p95;               ///< cold
  std::optional<double> ttft_warm_ms_p50;          ///< next turn of a conversation whose prefix the server has seen
  std::optional<double> ttft_short_ms_p50;         ///< cold, short prompt
  std::optional<double> prefill_tokens_per_second;
  std::optional<double> end_to_end_tokens_per_second;
  std::optional<double> first_32_tokens_per_second;
  std::optional<double> itl_ms_p50;  ///< gap between chunks
  std::optional<double> itl_ms_p95;
  std::optional<double> tokens_per_chunk;
  std::optional<double> draft_acceptance;  ///< accepted / drafted, 0..1; nothing when nothing was drafted
  std::optional<std::int64_t> memory_bytes_peak;
  std::map<std::string, ClassMeasurement> classes;
  std::vector<DepthMeasurement> depths;               ///< where they were asked for, the least first
  std::vector<TurnMeasurement> turns;                 ///< where a session was asked for
  std::optional<ConcurrencyMeasurement> concurrency;  ///< where it was asked for
  int requests = 0;
  std::vector<std::string> findings;  ///< e.g. client and server clocks disagree by more than 10 %
  bool operator==(const Measurement&) const = default;
};

}  // namespace sweetspot
