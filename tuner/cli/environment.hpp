#pragma once

#include "core/interrupt.hpp"

#include <istream>
#include <map>
#include <string>
#include <vector>

namespace sweetspot {

/// What the process finds around it. main() fills it once from the system, tests make their own.
struct Environment {
  std::map<std::string, std::string> variables;
  std::vector<std::string> program_folders;      ///< of the system, where programs are that PATH may not name
  std::vector<std::string> application_folders;  ///< where applications are installed
  std::string program_folder;                    ///< where this program's executable is; empty: not known
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

  /// Folders with executables, separated by ":": PATH, then the folder of this program, where its demo engine is, then where
  /// else programs are installed (backends/installed.hpp).
  std::string search_path() const;
};

}  // namespace sweetspot
