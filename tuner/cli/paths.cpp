#include "cli/paths.hpp"

#include "core/error.hpp"

#include <string>

namespace sweetspot {

namespace {

std::filesystem::path base_folder(const Environment& environment, const std::string& variable, const std::string& below_home) {
  std::filesystem::path given = environment.variable(variable);
  if (given.is_absolute()) return given;
  const std::filesystem::path home = environment.variable("HOME");
  if (home.empty()) throw Error{"neither HOME nor " + variable + " is set", "set HOME, or " + variable + " to a folder of yours"};
  return home / below_home;
}

}  // namespace

Paths paths_from(const Environment& environment) {
  const auto config = base_folder(environment, "XDG_CONFIG_HOME", ".config") / "sweetspot";
  return Paths{config / "config.json", config / "engines",
               base_folder(environment, "XDG_STATE_HOME", ".local/state") / "sweetspot" / "studies.sqlite",
               base_folder(environment, "XDG_STATE_HOME", ".local/state") / "sweetspot" / "evidence",
               base_folder(environment, "XDG_CACHE_HOME", ".cache") / "sweetspot"};
}

}  // namespace sweetspot
