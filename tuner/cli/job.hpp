#pragma once

#include "cli/context.hpp"
#include "cli/options.hpp"
#include "run/tune.hpp"

namespace sweetspot {

/// What the options name, found, probed and read. Everything that is wrong with it throws Error here, before anything is
/// launched.
struct ResolvedTarget {
  LiveSetup setup;
  Target target;
  Config fixed;  ///< --fix, and the context size that is served
};

ResolvedTarget resolve_target(const Options& options, Context& context);

/// A new study from the options.
TuneJob tune_job(const Options& options, Context& context);

/// Runs it, reports, and gives the exit code. Interrupted passes after the resume command was told.
int finish_tune(TuneJob& job, Store& store, const Options& options, Context& context);

/// Where a running study's lines and status go: stderr, as the terminal allows.
TuneOutput progress_output(Context& context);

/// Removes the status line, if one is shown.
void clear_status(Context& context);

}  // namespace sweetspot
