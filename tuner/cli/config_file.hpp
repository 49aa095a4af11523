#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace sweetspot {

/// The user's configuration file: a JSON object, option -> value (text, number, true/false, or a list of those).
struct ConfigFile {
  std::filesystem::path path;
  bool found = false;
  std::map<std::string, std::vector<std::string>> values;  ///< by option name without dashes, as it would be typed
};

/// A file that is not there is no error. Throws Error that names file and key: not JSON, not an object, a value of
/// another kind, an option not in `known`.
ConfigFile read_config_file(const std::filesystem::path& path, const std::vector<std::string>& known);

}  // namespace sweetspot
