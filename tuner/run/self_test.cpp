#include "run/self_test.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

namespace sweetspot {

bool needs_self_test(const EngineDescriptor& engine, const std::string& version) {
  return engine.identity.models.empty() && proven(engine, version) == "never";
}

std::string self_test_text(const EngineDescriptor& engine, const std::string& version, const Observation& seen) {
  const auto& said = engine.protocol;
  std::vector<std::string> kept{"answers"};
  std::vector<std::string> missing;
  const auto compare = [&](const std::string& described, const std::string& offered, const char* what) {
    if (!described.empty()) (offered.empty() ? missing : kept).emplace_back(what);
  };
  compare(said.usage_pointer, seen.protocol.usage_pointer, "token counts");
  compare(said.timings_pointer, seen.protocol.timings_pointer, "timings");
  compare(said.logprobs_json, seen.protocol.logprobs_json, "log probabilities");
  compare(said.completion_path, seen.protocol.completion_path, "token ids");
  std::string text = fmt::format("self-test of the descriptor {}, which nobody has run with version {}: it gives {}", engine.name,
                                 version, fmt::join(kept, ", "));
  if (!missing.empty()) text += fmt::format("; described but not seen: {}", fmt::join(missing, ", "));
  return text;
}

std::optional<std::string> self_test_failure(const Observation& seen) {
  if (seen.decode_tokens_per_second > 0) return std::nullopt;
  return "no streamed answer of the default brought text and token counts that fit together";
}

}  // namespace sweetspot
