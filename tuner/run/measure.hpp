#pragma once

#include "backends/chat.hpp"
#include "core/measurement.hpp"
#include "core/prompt.hpp"
#include "core/verdict.hpp"
#include "run/score.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace sweetspot {

/// Classes of the timed samples beside the prompt classes: a long prompt that the server has not seen, the next turns of
/// that conversation, a short prompt that it has not seen.
inline constexpr const char* class_cold = "cold";
inline constexpr const char* class_warm = "warm";
/// Not streamed, of an engine without timings: one prompt at two lengths, whose difference is decoding alone.
inline constexpr const char* class_unstreamed = "unstreamed";

/// What is asked in one visit, after warm-up.
struct TimedPlan {
  int requests_per_class = 5;
  int cold = 2;                           ///< long prompts
  int warm_turns = 2;                     ///< after each
  int max_tokens = 0;                     ///< cap over the prompts' own; 0: none
  std::map<std::string, double> sampler;  ///< empty: greedy
  std::uint64_t seed = 1;
  int round = 0;          ///< another round asks with other nonces: nothing repeats
  int visits_before = 0;  ///< that the same server has answered: each has nonces of its own, or what is cold would be known to it
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();  ///< nothing is asked after it
};

inline constexpr const char* unsteady_finding = "unsteady: the warm-up did not settle";

struct TimedResult {
  std::vector<RequestSample> samples;
  bool unsteady = false;          ///< the warm-up did not settle
  bool cut = false;               ///< the deadline came first: the samples are not all
  std::optional<Evidence> fault;  ///< an answer that cannot be right, whatever was asked (gate/check.hpp, check_alone)
};

/// Seed of the nonces of a visit. Which prompts are asked does not depend on it.
std::uint64_t nonce_seed(std::uint64_t seed, int visits_before);

struct TimedRequest {
  Prompt prompt;  ///< as the plan caps it
  int repeat = 0;
  std::string as_class;
};

/// Interleaved over the classes, so that a disturbance does not fall on one of them alone; the long ones last, each followed
/// by its later turns.
std::vector<TimedRequest> requests_of(const std::vector<Prompt>& prompts, const TimedPlan& plan);

/// Warms up, then asks. Prompts and nonces depend on plan and prompts alone, so every configuration is asked the same.
TimedResult timed_requests(const ChatTarget& server, const std::vector<Prompt>& prompts, const TimedPlan& plan,
                           const InterruptFlag& interrupt);

/// Tokens of the prompt that were read anew, a second; nothing where the server gives no counts.
std::optional<double> prefill_rate(const RequestSample& sample);

/// Medians over the samples; classes in `excluded` count for nothing but their own row.
Measurement summarised(const std::vector<RequestSample>& samples, const Goal& goal, const std::set<std::string>& excluded,
                       std::optional<std::int64_t> memory_bytes_peak);

}  // namespace sweetspot
