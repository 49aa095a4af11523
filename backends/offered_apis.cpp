#include "backends/offered_apis.hpp"

#include "core/error.hpp"

namespace sweetspot {

std::vector<Api> apis_of(const EngineDescriptor& engine) {
  std::vector<Api> apis{Api::chat};
  for (const auto& [api, offer] : engine.protocol.apis) apis.push_back(api);
  return apis;
}

const std::string& api_path(const EngineDescriptor::Protocol& protocol, Api api) {
  return api == Api::chat ? protocol.chat_path : protocol.apis.at(api).path;
}

std::map<std::string, std::string> api_headers(Api api) {
  if (api == Api::messages) return {{"anthropic-version", "2023-06-01"}};  // the only version that there is
  return {};
}

void require_apis(const EngineDescriptor& engine, const std::vector<Api>& apis) {
  std::string known;
  for (const Api api : apis_of(engine)) known += (known.empty() ? "" : ", ") + std::string(to_string(api));
  for (const Api api : apis) {
    if (api != Api::chat && !engine.protocol.apis.contains(api))
      throw Error{"--api " + std::string(to_string(api)) + ": " + engine.name + " is not known to speak it",
                  "it speaks " + known + "; if it speaks more, say so under protocol.apis of an engine file"};
  }
}

}  // namespace sweetspot
