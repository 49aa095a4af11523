#pragma once

#include "backends/api.hpp"
#include "backends/descriptor.hpp"

#include <map>
#include <string>
#include <vector>

namespace sweetspot {

/// All that the engine is known to speak, chat first.
std::vector<Api> apis_of(const EngineDescriptor& engine);

/// Where the API is asked, which the descriptor must list, and the headers that it wants.
const std::string& api_path(const EngineDescriptor::Protocol& protocol, Api api);
std::map<std::string, std::string> api_headers(Api api);

/// Throws Error for an API that the descriptor does not list.
void require_apis(const EngineDescriptor& engine, const std::vector<Api>& apis);

}  // namespace sweetspot
