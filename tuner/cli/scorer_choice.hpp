#pragma once

#include "cli/context.hpp"
#include "cli/options.hpp"
#include "run/live_runner.hpp"

#include <optional>

namespace sweetspot {

/// The engine that scores where the one under test cannot: --scorer, or the first other one of the catalog that is
/// installed, gives log probabilities, takes token ids and loads the model. Nothing for "none" and where none is found.
/// Throws Error when what was named cannot be had.
std::optional<ScorerSetup> chosen_scorer(const Options& options, Context& context, const LiveSetup& setup);

}  // namespace sweetspot
