#include "cli/url.hpp"

#include "core/error.hpp"

#include <charconv>

namespace sweetspot {

HttpEndpoint endpoint_from_url(const std::string& url) {
  const Error error{"\"" + url + "\" is not an address of a server", "give it as http://HOST:PORT"};
  constexpr std::string_view scheme = "http://";
  if (!url.starts_with(scheme)) throw error;
  std::string rest = url.substr(scheme.size());
  HttpEndpoint endpoint;
  const std::size_t slash = rest.find('/');
  if (slash != std::string::npos) endpoint.base_path = rest.substr(slash);
  rest = rest.substr(0, slash);
  while (endpoint.base_path.ends_with('/')) endpoint.base_path.pop_back();
  if (endpoint.base_path.ends_with("/v1")) endpoint.base_path.resize(endpoint.base_path.size() - 3);
  const std::size_t colon = rest.find(':');
  endpoint.host = rest.substr(0, colon);
  endpoint.port = 80;
  if (colon != std::string::npos) {
    const std::string port = rest.substr(colon + 1);
    const auto [end, failed] = std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
    if (failed != std::errc{} || end != port.data() + port.size() || endpoint.port < 1 || endpoint.port > 65535) throw error;
  }
  if (endpoint.host.empty()) throw error;
  return endpoint;
}

}  // namespace sweetspot
