#pragma once

#include "cli/options.hpp"

#include <memory>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace sweetspot {

/// The one description of the command line. What it parses is written to `options`, which must outlive it. Help,
/// completions and the man page are made from it, so they cannot drift.
std::shared_ptr<CLI::App> option_tree(Options& options);

/// One option as help, completions and man page need it.
struct OptionEntry {
  std::string short_name;  ///< "-m" or empty
  std::string long_name;   ///< "--model"; for a positional its name: "ENGINE"
  std::string value;       ///< "FILE", "quick|standard"; empty for a flag
  std::string description;
  std::string group;
  bool positional = false;
  std::vector<std::string> choices() const;  ///< of "a|b|c"; empty otherwise
  bool takes_file() const;
};

struct CommandEntry {
  std::string name;
  std::string description;
  std::string example;    ///< lines
  bool launches = false;  ///< arguments after "--" go to the engine
  std::vector<OptionEntry> options;
};

/// Every command, in the order of the help.
std::vector<CommandEntry> command_table();

/// Commands that launch an engine: arguments after "--" go to it.
bool launches(Action action);

}  // namespace sweetspot
