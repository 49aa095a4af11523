#include "core/config.hpp"

#include "core/error.hpp"

#include <utility>

namespace sweetspot {

namespace {

std::string escaped(std::string_view plain) {
  std::string out;
  for (const char c : plain) {
    if (c == ',' || c == '=' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

[[noreturn]] void malformed(std::string_view key, const std::string& why) {
  throw Error{"\"" + std::string(key) + "\" is no configuration: " + why,
              "write NAME=VALUE,NAME=VALUE, with \"\\\" before a comma, an equals sign or a backslash inside a value"};
}

/// Takes text from `rest` up to one of `stops` that is not escaped (left in place) or the end, without the escapes.
std::string take_until(std::string_view& rest, std::string_view stops, std::string_view whole) {
  std::string out;
  while (!rest.empty() && stops.find(rest.front()) == std::string_view::npos) {
    if (rest.front() == '\\') {
      rest.remove_prefix(1);
      if (rest.empty()) malformed(whole, "it ends in a backslash");
    }
    out += rest.front();
    rest.remove_prefix(1);
  }
  return out;
}

}  // namespace

std::string key(const Config& config) {
  std::string out;
  for (const auto& [name, value] : config.values) {
    if (!out.empty()) out += ',';
    out += escaped(name) + '=' + escaped(text(value));
  }
  return out;
}

Config config_from_key(std::string_view key) {
  Config config;
  std::string_view rest = key;
  while (!rest.empty()) {
    const std::string name = take_until(rest, ",=", key);
    if (name.empty()) malformed(key, "a name is missing");
    if (rest.empty() || rest.front() != '=') malformed(key, "\"" + name + "\" has no value");
    rest.remove_prefix(1);
    const Value value = parse_value(take_until(rest, ",=", key));
    if (!config.values.emplace(name, value).second) malformed(key, "\"" + name + "\" is there twice");
    if (rest.empty()) break;
    if (rest.front() == '=') malformed(key, "the value of \"" + name + "\" holds a bare equals sign");
    rest.remove_prefix(1);
    if (rest.empty()) malformed(key, "it ends in a comma");
  }
  return config;
}

Config difference(const Config& config, const Config& baseline) {
  Config changed;
  for (const auto& [name, value] : config.values) {
    const auto found = baseline.values.find(name);
    if (found == baseline.values.end() || found->second != value) changed.values.emplace(name, value);
  }
  return changed;
}

Config merged(const Config& base, const Config& over) {
  Config result = base;
  for (const auto& [name, value] : over.values) result.values.insert_or_assign(name, value);
  return result;
}

std::string display(const Config& config) {
  if (config.values.empty()) return "default";
  std::string out;
  for (const auto& [name, value] : config.values) {
    if (!out.empty()) out += ' ';
    out += name + '=' + text(value);
  }
  return out;
}

}  // namespace sweetspot
