#pragma once

#include "backends/chat.hpp"
#include "core/failure.hpp"
#include "core/interrupt.hpp"
#include "core/measurement.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sweetspot {

/// Tokens of context that a served context must have beyond the deepest depth: two answers, the questions, and what the
/// estimate of a text's tokens may miss.
inline constexpr std::int64_t depth_room = 1024;

struct DepthPlan {
  std::vector<std::int64_t> depths;       ///< tokens; measured from the least to the deepest
  std::map<std::string, double> sampler;  ///< empty: greedy
  std::uint64_t seed = 1;
};

/// What can be seen of the server itself between two questions; by default nothing.
struct ServerSight {
  std::function<std::optional<std::int64_t>()> memory_bytes = [] { return std::nullopt; };  ///< peak so far
  std::function<std::optional<Failure>()> ended = [] { return std::nullopt; };  ///< what its end means, if it has ended
};

/// "out_of_memory: what the engine said"
std::string failure_text(const Failure& failure);

/// What a row tells of what went wrong: how the server ended, which says more than a connection that broke or an answer without
/// an end, else what the client saw; empty where that is.
std::string row_failure(const std::string& seen, const ServerSight& server);

/// What is wrong with an answer, whatever was asked, in words; empty: nothing.
std::string answer_problem(const Prompt& prompt, const RequestSample& sample);

/// At each depth a conversation that the server has not seen: a long text and a question (cold), then a second turn whose
/// prefix it has seen (warm). What goes wrong at a depth is in its row, and nothing deeper is tried. Throws Interrupted.
std::vector<DepthMeasurement> measured_depths(const ChatTarget& server, const DepthPlan& plan, const ServerSight& sight,
                                              const InterruptFlag& interrupt);

}  // namespace sweetspot
