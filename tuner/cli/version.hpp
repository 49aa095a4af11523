#pragma once

#include <string>

namespace sweetspot {

std::string version_number();

/// Version, compiler, Boost and system, for bug reports.
std::string version_text();

}  // namespace sweetspot
