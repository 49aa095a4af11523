#pragma once

#include "backends/chat.hpp"
#include "core/interrupt.hpp"
#include "gate/gate.hpp"
#include "gate/reference.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sweetspot {

/// What an API beside chat is asked, of the prompts that chat answered soundly: tool prompts, several calls at once among
/// them, turns with results, and some texts of every class. The API changes how a prompt is written and how an answer is
/// read, not what the model knows: few prompts show it.
std::vector<Prompt> api_prompts(const Reference& chat);
/// The same of prompts that are not asked yet: were all of them answered soundly.
std::vector<Prompt> api_prompts(const std::vector<Prompt>& prompts);

/// Plain greedy decoding asked over `server.api`, streamed and not: an engine may build another prompt for each API, so that
/// only answers over the same one can be compared. Where it says what it said over chat, from a prompt of the same length,
/// tokens and margins are taken over from there, so that near ties are judged alike. Findings are fatal where several prompts
/// are damaged on the way: the API is unsound as it comes. Throws TrialError.
Reference api_reference(const ChatTarget& server, const Reference& chat, const std::string& key,
                        const ReferenceProgress& progress, const InterruptFlag& interrupt);

/// Why nothing can be compared over the API; nothing when something can.
std::optional<std::string> unusable_reason(const Reference& api_reference);

/// Takes out of `over_api` what the candidate answered otherwise than the reference, but over chat, too, word for word, and
/// what arrived soundly: it was judged there, where its tokens are known.
void set_aside_known(const Reference& api_reference, const Reference& chat, const Interview& over_chat, Interview& over_api);

}  // namespace sweetspot
