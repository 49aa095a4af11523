#include "core/digest.hpp"
#include "gate/api_reference.hpp"
#include "gate/prompt_set.hpp"
#include "run/live_runner.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

// The APIs beside chat that a live runner looks at: their references, kept in memory and on disk as chat's are.

namespace sweetspot {

std::vector<ApiGating> LiveRunner::api_gatings(const Config& config, const Reference& chat) {
  std::vector<ApiGating> gatings;
  std::optional<ServerProcess> server;
  const std::string asked = prompt_set_digest(api_prompts(chat));
  for (const Api api : setup_.apis) {
    const EngineDescriptor::Protocol::OtherApi& offer = setup_.engine.protocol.apis.at(api);
    std::string text =
        fmt::format("{}|{}|{}|{}|{}|", chat.key, to_string(api), offer.path, offer.greedy_json, offer.no_cache_json);
    for (const std::string& liberty : offer.liberties) text += liberty + "|";
    const std::string key = digest(text + asked);
    if (const auto known = api_references_.find(key); known == api_references_.end()) {
      auto stored = load_reference(setup_.cache_folder / "references", key);
      if (!stored) {
        if (!server) server = start(reference_config(config));
        const auto progress = [&](std::size_t done, std::size_t all) {
          status_(fmt::format("reference over {}: prompt {} of {}", to_string(api), done, all));
        };
        stored = api_reference(over(api, target_of(*server)), chat, key, progress, interrupt_);
        save_reference(setup_.cache_folder / "references", *stored);
      }
      api_references_[key] = std::move(*stored);
    }
    gatings.push_back({api, &api_references_.at(key), {}, {}});
  }
  return gatings;
}

}  // namespace sweetspot
