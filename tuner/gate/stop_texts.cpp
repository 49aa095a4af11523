#include "gate/stop_texts.hpp"

#include <nlohmann/json.hpp>

namespace sweetspot {

std::vector<std::string> stop_texts(const Prompt& prompt) {
  std::vector<std::string> texts;
  if (prompt.extra_json.empty()) return texts;
  const auto extra = nlohmann::json::parse(prompt.extra_json, nullptr, false);
  if (!extra.is_object() || !extra.contains("stop")) return texts;
  const auto add = [&](const nlohmann::json& text) {
    if (text.is_string() && !text.get_ref<const std::string&>().empty()) texts.push_back(text.get<std::string>());
  };
  const auto& stop = extra.at("stop");
  if (!stop.is_array()) add(stop);
  if (stop.is_array()) {
    for (const auto& text : stop) add(text);
  }
  return texts;
}

std::string overlooked_stop(const Prompt& prompt, std::string_view text) {
  for (const std::string& stop : stop_texts(prompt)) {
    if (text.find(stop) != std::string_view::npos) return stop;
  }
  return {};
}

}  // namespace sweetspot
