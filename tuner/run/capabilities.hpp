#pragma once

#include "backends/chat.hpp"
#include "core/interrupt.hpp"

namespace sweetspot {

/// What the descriptor promises and this server turned out not to offer is taken out of its protocol: log probabilities,
/// token ids, usage, timings. What is asked then degrades by itself, and verdicts say what could not be verified. One
/// short question and one text to be tokenised. Throws TrialError when the server does not answer at all.
EngineDescriptor::Protocol offered_protocol(const ChatTarget& server, const InterruptFlag& interrupt);

/// Whether texts can be scored by a server that offers this: log probabilities, and prompts as token ids.
bool scores_texts(const EngineDescriptor::Protocol& protocol);

}  // namespace sweetspot
