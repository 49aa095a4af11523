#include "cli/config_file.hpp"

#include "core/error.hpp"
#include "core/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace sweetspot {

namespace {

using Json = nlohmann::ordered_json;

std::string typed(const Json& value, const std::string& place) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return value.dump();
  throw Error{
      fmt::format("{}: a value may be a text, a number, true, false or a list of these, not {}", place, value.type_name()),
      "write it as you would type it after the option"};
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw Error{fmt::format("cannot read {}", path.string()), "look at its permissions, or move it away"};
  return text.str();
}

}  // namespace

ConfigFile read_config_file(const std::filesystem::path& path, const std::vector<std::string>& known) {
  ConfigFile config{path, false, {}};
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return config;
  config.found = true;
  const auto json = Json::parse(text_of(path), nullptr, false);
  if (!json.is_object())
    throw Error{fmt::format("{} is not a JSON object", path.string()), "write {\"option\": value, ...}, or move the file away"};
  for (const auto& [key, value] : json.items()) {
    const auto place = fmt::format("{}: {}", path.string(), escape_control(key));
    if (std::find(known.begin(), known.end(), key) == known.end())
      throw Error{fmt::format("{} is no option", place),
                  did_you_mean(key, known, "options are named as on the command line, without dashes")};
    auto& words = config.values[key];
    if (!value.is_array())
      words.push_back(typed(value, place));
    else
      for (const auto& item : value) words.push_back(typed(item, place));
  }
  return config;
}

}  // namespace sweetspot
