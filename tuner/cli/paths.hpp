#pragma once

#include "cli/environment.hpp"

#include <filesystem>

namespace sweetspot {

/// Where the program reads and writes unless it is told otherwise; nothing is created here.
struct Paths {
  std::filesystem::path config_file;     ///< $XDG_CONFIG_HOME/sweetspot/config.json, else ~/.config/sweetspot/config.json
  std::filesystem::path engines_folder;  ///< engines/ beside it: the user's own engine files
  std::filesystem::path store;           ///< $XDG_STATE_HOME/sweetspot/studies.sqlite, else ~/.local/state/...
  std::filesystem::path evidence;        ///< evidence/ beside the store
  std::filesystem::path cache;           ///< $XDG_CACHE_HOME/sweetspot, else ~/.cache/sweetspot
};

/// The same on Linux and macOS. Relative XDG folders are ignored, as their specification asks. Throws Error when neither
/// HOME nor the XDG folder is set.
Paths paths_from(const Environment& environment);

}  // namespace sweetspot
