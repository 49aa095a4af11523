#pragma once

#include "cli/environment.hpp"

#include <ostream>

namespace sweetspot {

/// The whole program: argv in, exit code out. The result goes to `out`, everything else to `err`; errors are told there
/// with what to do next, as the last lines. Never throws.
int run_cli(int argc, char** argv, std::ostream& out, std::ostream& err, const Environment& environment);

}  // namespace sweetspot
