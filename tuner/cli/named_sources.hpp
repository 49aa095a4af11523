#pragma once

#include "cli/context.hpp"
#include "cli/options.hpp"
#include "run/live_setup.hpp"

#include <string>

namespace sweetspot {

/// The model of the reference and the default: -m, else the first that --param or --a names as a value of `model`.
std::string own_model(const Options& options);
/// The same of the executable: --binary, else the first `binary`; empty: the first on PATH.
std::string own_binary(const Options& options);

/// Model files and builds that arguments name as values of the parameters `model` and `binary`: looked at, and made known to
/// the setup. Nothing changes where none is named. Throws Error for what cannot be read or run.
void add_named_sources(const Options& options, Context& context, LiveSetup& setup);

}  // namespace sweetspot
