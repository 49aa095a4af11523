#pragma once

#include "backends/chat.hpp"
#include "core/prompt.hpp"

#include <string>

namespace sweetspot {

/// The body of a request to OpenAI's responses API: the first system text as instructions, turns, calls and their results as
/// items, tools as they are (not strict, as over chat), nothing stored. It has no seed. Throws Error for what the API has no
/// counterpart of.
std::string responses_request_json(const ChatTarget& target, const Prompt& prompt, const ChatOptions& options);

}  // namespace sweetspot
