#pragma once

#include "backends/chat.hpp"
#include "core/interrupt.hpp"
#include "core/prompt.hpp"
#include "core/value.hpp"
#include "gate/engagement.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace sweetspot {

/// What a first look at a running server shows.
struct Observation {
  std::map<std::string, Value> effective;  ///< values that the engine chose by itself
  double decode_tokens_per_second = 0;
  double prefill_tokens_per_second = 0;
  double launch_s = 0;
  std::int64_t context = 0;             ///< tokens served; 0: the server does not tell
  std::int64_t drafted = 0;             ///< tokens that it drafted for these few answers
  EngineDescriptor::Protocol protocol;  ///< without what this server turned out not to offer
};

/// Asks a few of the timed prompts. `traces`: its log and properties, as far as they are known. Throws TrialError.
Observation observed(const ChatTarget& server, const ServerTraces& traces, const std::vector<Prompt>& timed_prompts,
                     std::uint64_t seed, const InterruptFlag& interrupt);

}  // namespace sweetspot
