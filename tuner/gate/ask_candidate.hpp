#pragma once

#include "backends/chat.hpp"
#include "core/interrupt.hpp"
#include "gate/reference.hpp"

#include <chrono>

namespace sweetspot {

/// How long an answer may bring nothing new: from how long the reference ever paused, and how long its answers took, since a
/// server may legally send a whole answer as one piece. 10 s to limits::silence_timeout.
std::chrono::milliseconds silence_limit(const Reference& reference);

enum class Asking {
  streamed,
  cancelled,         ///< streamed, and the connection closed after a few pieces
  plain,             ///< with log probabilities, where the engine gives them: its tokens are listed
  plain_as_clients,  ///< without: what most clients send, and a path of its own in some engines
};

struct Asked {
  RequestSample sample;
  bool ended = false;  ///< the request ended without an answer, and the server lives: the next one would be no better
};

/// Asks a running candidate. A connection that fails, or falls silent in mid-answer, while the server lives is a fault of the
/// answer (protocol_faults). Where the server is gone, or the first token did not come in time, the TrialError goes on: a
/// failure.
Asked ask_candidate(const ChatTarget& candidate, const Prompt& prompt, Asking how, std::chrono::milliseconds silence,
                    const InterruptFlag& interrupt);

}  // namespace sweetspot
