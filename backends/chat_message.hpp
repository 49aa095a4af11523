#pragma once

#include "backends/descriptor.hpp"
#include "core/request_sample.hpp"

#include <string>

namespace sweetspot {

/// Reads a chat answer that was not streamed into the sample, with what it breaks of the protocol. Pure.
void read_message(const EngineDescriptor::Protocol& protocol, const std::string& body, RequestSample& sample);

/// Whether the body is a chat completion at all: a JSON object that holds a choice, whatever that says. Neither text nor usage
/// is asked for: one token may be no text yet.
bool is_chat_completion(const std::string& body);

}  // namespace sweetspot
