#pragma once

#include "cli/environment.hpp"
#include "cli/paths.hpp"
#include "cli/terminal.hpp"
#include "core/interrupt.hpp"
#include "reports/report.hpp"

#include <ostream>

namespace sweetspot {

/// What a command works with beside its options.
struct Context {
  std::ostream& out;  ///< the result, nothing else
  std::ostream& err;  ///< all the rest
  const Environment& environment;
  const InterruptFlag& interrupt;
  Paths paths;  ///< `store` is the one asked for
  Colour out_colour = Colour::no;
  Colour err_colour = Colour::no;
  Progress progress = Progress::none;
};

}  // namespace sweetspot
