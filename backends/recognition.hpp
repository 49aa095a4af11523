#pragma once

#include "backends/descriptor.hpp"
#include "backends/http_client.hpp"
#include "core/interrupt.hpp"

#include <map>
#include <string>
#include <vector>

namespace sweetspot {

/// What a server says of itself.
struct TellingAnswers {
  std::map<std::string, std::string> bodies;  ///< that it answered with HTTP 200, by path
  std::string server;                         ///< the Server header of the last of them
};

/// The one engine all of whose marks are in the answers. Null where no engine's are, or those of several.
const EngineDescriptor* recognised(const std::vector<EngineDescriptor>& engines, const TellingAnswers& answers);

/// Asks a running server for what the engines are recognised by, each path once, and of an engine's marks only until one is
/// missing. A path that it does not have is no error; a request that is not answered at all ends the asking.
TellingAnswers telling_answers(const std::vector<EngineDescriptor>& engines, const HttpEndpoint& server,
                               const InterruptFlag& interrupt);

}  // namespace sweetspot
