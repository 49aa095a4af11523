#include "backends/daemon.hpp"

#include "backends/http_client.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <vector>

namespace sweetspot {

namespace {

constexpr HttpDeadlines patience{std::chrono::milliseconds(500), std::chrono::milliseconds(1000)};

/// The numbers in a version, in order: "b11669" -> 11669, "0.6.2-rc1" -> 0, 6, 2, 1.
std::vector<std::uint64_t> numbers_of(const std::string& version) {
  std::vector<std::uint64_t> numbers;
  bool within = false;
  for (const char letter : version) {
    const bool digit = letter >= '0' && letter <= '9';
    if (digit && !within) numbers.push_back(0);
    if (digit) numbers.back() = numbers.back() * 10 + static_cast<std::uint64_t>(letter - '0');
    within = digit;
  }
  return numbers;
}

}  // namespace

std::optional<std::string> daemon_version(const EngineDescriptor& engine, const InterruptFlag& interrupt) {
  const auto& daemon = engine.identity.daemon;
  if (!daemon) return std::nullopt;
  try {
    const HttpResponse response = http_get({"127.0.0.1", daemon->port, "", {}, {}}, daemon->version_path, patience, interrupt);
    if (response.status != 200) return std::nullopt;
    const auto body = nlohmann::json::parse(response.body, nullptr, false);
    const nlohmann::json::json_pointer pointer(daemon->version_pointer);
    if (body.is_discarded() || !body.contains(pointer) || !body.at(pointer).is_string()) return std::nullopt;
    return body.at(pointer).get<std::string>();
  } catch (const TrialError&) {  // nobody there, or not one that we know
    return std::nullopt;
  }
}

std::string daemon_finding(const EngineDescriptor& engine, const std::string& installed, const InterruptFlag& interrupt) {
  const auto running = daemon_version(engine, interrupt);
  if (!running || installed.empty() || *running == installed) return {};
  const bool older = numbers_of(*running) < numbers_of(installed);
  return fmt::format("its daemon on port {} still runs {}, {} than the installed {}: restart it", engine.identity.daemon->port,
                     escape_control(*running), older ? "older" : "another", escape_control(installed));
}

}  // namespace sweetspot
