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
  int requests = 0;
  std::vector<std::string> findings;  ///< e.g. client and server clocks disagree by more than 10 %
  bool operator==(const Measurement&) const = default;
};

}  // namespace sweetspot
