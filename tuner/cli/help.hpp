#pragma once

#include <string>

namespace sweetspot {

/// What `--help` prints: examples first. `topic` is a command, or empty for the program. Throws Error for another topic.
std::string help_text(const std::string& topic);

/// The first screen, for no arguments at all.
std::string short_help();

/// The exit codes, one a line: for help and man page alike.
std::string exit_code_lines();

/// "-m, --model MODEL"
struct OptionEntry;
std::string option_usage(const OptionEntry& option);

}  // namespace sweetspot
