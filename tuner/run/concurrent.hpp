#pragma once

#include "backends/chat.hpp"
#include "core/interrupt.hpp"
#include "core/measurement.hpp"
#include "core/prompt.hpp"
#include "core/verdict.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sweetspot {

/// Several clients at once, each asking one prompt after the other.
struct ConcurrentPlan {
  int clients = 1;
  int requests = 4;  ///< of each client
  std::map<std::string, double> sampler;
  std::uint64_t seed = 1;
  int round = 0;          ///< another round asks with other nonces
  int visits_before = 0;  ///< as in TimedPlan
  int max_tokens = 0;
};

/// One answer with the moment its request was sent, in milliseconds of a clock that all answers share.
struct ConcurrentAnswer {
  double sent_ms = 0;
  RequestSample sample;
};

/// Tokens per second that arrived for all clients together while every client was busy, without the first and the last tenth of
/// that time; nothing when it was too short to tell, or an answer came without its count. `last_ms`: for each client when its
/// last answer ended.
std::optional<double> aggregate_rate(const std::vector<ConcurrentAnswer>& answers, const std::vector<double>& last_ms);

struct ConcurrentResult {
  ConcurrencyMeasurement measurement;
  std::optional<Evidence> fault;  ///< an answer that cannot be right, whatever was asked (gate/check.hpp, check_alone)
};

/// Asks, and sums up. A request that fails is counted and nothing more. Throws TrialError when none succeeded, Interrupted.
ConcurrentResult concurrent_requests(const ChatTarget& server, const std::vector<Prompt>& prompts, const ConcurrentPlan& plan,
                                     const InterruptFlag& interrupt);

}  // namespace sweetspot
