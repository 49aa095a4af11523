#pragma once

#include "cli/context.hpp"
#include "cli/options.hpp"

#include <vector>

namespace sweetspot {

/// One study of several.
struct TunePair {
  std::string engine;  ///< empty: the first one here that takes the model
  std::string model;   ///< empty: the engine's own
};

/// Every engine that is named with every model that it takes by its form; engines with models of their own take those by
/// name. Throws Error for a model that no engine takes, an engine that takes no model, and where none is named.
std::vector<TunePair> tune_pairs(const Options& options, const Context& context);

/// A draft model for one engine's form is none for another's.
bool drops_draft_model(const Options& options, const TunePair& pair, const Context& context);

/// A line that says so.
std::string draft_model_dropped(const Options& options, const TunePair& pair);

/// The options of that study alone. A draft model is left out where the engine does not take it.
Options options_of(const Options& options, const TunePair& pair, const Context& context);

/// A study for each pair, the time shared out, and one table at the end. Throws Interrupted, having said what was not begun.
int tune_several(const Options& options, const std::vector<TunePair>& pairs, Context& context);

}  // namespace sweetspot
