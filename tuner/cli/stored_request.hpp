#pragma once

#include "cli/context.hpp"
#include "cli/options.hpp"
#include "run/store.hpp"

#include <string>

namespace sweetspot {

/// Keeps what the study was started with, so that it can be taken up again: `options` with the engine that they led to.
void save_options(Store& store, const std::string& id, const std::string& engine, const Options& options);

/// The options that the study was started with; output, progress and a budget that is given are those of this call. Goes to
/// the folder that it was started in, where its paths hold. Throws Error where request or folder are gone.
Options stored_options(const Store& store, const std::string& id, const Options& now, const Context& context);

}  // namespace sweetspot
