#pragma once

#include "backends/descriptor.hpp"
#include "core/request_sample.hpp"

#include <string>

namespace sweetspot {

/// Reads a chat answer that was not streamed into the sample, with what it breaks of the protocol. Pure.
void read_message(const EngineDescriptor::Protocol& protocol, const std::string& body, RequestSample& sample);

}  // namespace sweetspot
