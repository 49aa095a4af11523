#pragma once

#include "backends/chat.hpp"
#include "core/prompt.hpp"

#include <string>

namespace sweetspot {

/// The body of a request to Anthropic's messages API: system texts first and apart, calls and their results as blocks. It has
/// no seed, and counts the tokens of a stream unasked. Throws Error for what the API has no counterpart of.
std::string messages_request_json(const ChatTarget& target, const Prompt& prompt, const ChatOptions& options);

}  // namespace sweetspot
