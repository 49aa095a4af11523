#pragma once

#include "backends/chat.hpp"
#include "core/interrupt.hpp"
#include "core/measurement.hpp"
#include "run/depths.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace sweetspot {

inline constexpr int conversation_turns = 10;
inline constexpr int conversation_answer_tokens = 64;

struct ConversationPlan {
  std::int64_t tokens = 0;                ///< of context that the last turn has
  std::map<std::string, double> sampler;  ///< empty: greedy
  std::uint64_t seed = 1;
};

/// A tool-using conversation as an agent has it: in each turn a file is read by a tool call, its text comes back as the tool's
/// result, and a short question is asked; what the model answers becomes part of it. All that differs between two servers is what
/// they answer. A model that takes no tool messages is given the files in the user's own words. What goes wrong in a turn is in
/// its row, and no later one is tried. Throws Interrupted.
std::vector<TurnMeasurement> growing_conversation(const ChatTarget& server, const ConversationPlan& plan,
                                                  const ServerSight& sight, const InterruptFlag& interrupt);

}  // namespace sweetspot
