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

/// Depths of context to measure at: those of the options, else a quarter of what is served where the goal is about depth.
std::vector<std::int64_t> wanted_depths(const Options& options, const Goal& goal, std::int64_t context);

/// To which a conversation grows: the deepest of the options' depths, else a quarter of what is served; 0: none is wanted.
std::int64_t wanted_session_tokens(const Options& options, std::int64_t context);

/// A new study from the options.
TuneJob tune_job(const Options& options, Context& context);

/// The same without anything to search: only what it runs on and how. A flag that this build lacks is no error here.
TuneJob reverify_job(const Options& options, Context& context);

/// Runs a study that is in the store, without a report, and gives the exit code. Interrupted passes after the resume command
/// was told.
int run_stored(TuneJob& job, Store& store, Context& context);

/// Runs it, reports, and gives the exit code. Interrupted passes after the resume command was told.
int finish_tune(TuneJob& job, Store& store, const Options& options, Context& context);

/// Where a running study's lines and status go: stderr, as the terminal allows.
TuneOutput progress_output(Context& context);

/// Removes the status line, if one is shown.
void clear_status(Context& context);

}  // namespace sweetspot
