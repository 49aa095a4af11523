#pragma once

#include "run/compare_run.hpp"

#include <string>

namespace sweetspot {

/// What `sweetspot compare` shows a person: both sides, and which is faster. Ends with a line break.
std::string compare_text(const CompareReport& report);

}  // namespace sweetspot
