#pragma once

#include "core/interrupt.hpp"

#include <istream>
#include <map>
#include <string>

namespace sweetspot {

/// What the process finds around it. main() fills it once from the system, tests make their own.
struct Environment {
  std::map<std::string, std::string> variables;
  std::string program_folder;  ///< where this program's executable is; empty: not known
  bool stdin_is_terminal = false;
  bool stdout_is_terminal = false;
  bool stderr_is_terminal = false;
  std::istream* in = nullptr;                ///< null: nothing can be asked
  const InterruptFlag* interrupt = nullptr;  ///< null: never interrupted

  /// Empty when it is not set: an empty variable counts as unset, as the XDG base folders and NO_COLOR ask.
  std::string variable(const std::string& name) const {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string{} : found->second;
  }

  /// Folders with executables, separated by ":": PATH, then the folder of this program, where its demo engine is.
  std::string search_path() const {
    const std::string path = variable("PATH");
    return program_folder.empty() || path.empty() ? path + program_folder : path + ":" + program_folder;
  }
};

}  // namespace sweetspot
