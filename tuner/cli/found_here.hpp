#pragma once

#include "backends/installed.hpp"
#include "cli/context.hpp"
#include "cli/options.hpp"

#include <string>

namespace sweetspot {

/// The environment as the search for programs and models needs it.
Surroundings surroundings(const Environment& environment);

/// A path as it is; a name that is no path is looked up among the models that were found here. What is neither stays as it is,
/// so that whoever reads it says what is wrong.
std::string model_path(const std::string& named, const Context& context);

/// The options with engine and model filled in where they name none: asked for on a terminal, the first offer with --yes.
/// Nothing changes where a model is named, or the engine has models of its own. Throws Error when nothing was found, or when
/// nobody can be asked.
Options with_offer(const Options& options, Context& context);

/// What size of model this machine carries, by its memory and its bandwidth.
std::string carried_text(const MachineProfile& machine);

}  // namespace sweetspot
