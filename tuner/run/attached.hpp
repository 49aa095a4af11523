#pragma once

#include "backends/chat.hpp"
#include "core/interrupt.hpp"

#include <string>

namespace sweetspot {

/// A server that was already running, here or on another machine: it is asked, never launched or stopped.
struct AttachedServer {
  EngineDescriptor engine;  ///< how it is talked to
  HttpEndpoint endpoint;
  std::string model;  ///< name to send
  std::string url;    ///< as the user gave it
};

/// Points into `server`.
ChatTarget target_of(const AttachedServer& server);

/// Milliseconds from a small request to the first byte of its answer: the way there and back, and what the server needs to
/// answer anything at all. Median of several. Throws TrialError.
double round_trip_ms(const ChatTarget& server, const InterruptFlag& interrupt);

}  // namespace sweetspot
