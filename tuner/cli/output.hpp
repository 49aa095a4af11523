#pragma once

#include "cli/context.hpp"
#include "cli/options.hpp"

#include <string>

namespace sweetspot {

/// The result to stdout, or to the file of --output (whole or not at all; told on stderr). Throws Error when the file
/// cannot be written.
void write_result(const Options& options, Context& context, const std::string& text);

/// The text of a file that the user named with `option`, at most 64 MiB. Throws Error.
std::string read_named_file(const std::filesystem::path& path, const std::string& option);

}  // namespace sweetspot
