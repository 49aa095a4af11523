#pragma once

#include "backends/http_client.hpp"

#include <string>

namespace sweetspot {

/// "http://127.0.0.1:8080/prefix" (a trailing "/v1" is dropped: the engine's paths have it). Throws Error for anything but
/// plain http with a host.
HttpEndpoint endpoint_from_url(const std::string& url);

}  // namespace sweetspot
