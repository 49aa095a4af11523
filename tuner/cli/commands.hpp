#pragma once

#include "cli/context.hpp"
#include "cli/options.hpp"

namespace sweetspot {

/// One command each: does it and returns the exit code. Throws Error (exit 2) and Interrupted (exit 130).
int command_tune(const Options& options, Context& context);
int command_check(const Options& options, Context& context);
int command_compare(const Options& options, Context& context);
int command_measure(const Options& options, Context& context);
int command_resume(const Options& options, Context& context);
int command_reverify(const Options& options, Context& context);
int command_run(const Options& options, Context& context);
int command_inspect(const Options& options, Context& context);
int command_engines(const Options& options, Context& context);
int command_list(const Options& options, Context& context);
int command_show(const Options& options, Context& context);
int command_export(const Options& options, Context& context);
int command_replay(const Options& options, Context& context);
int command_doctor(const Options& options, Context& context);

}  // namespace sweetspot
