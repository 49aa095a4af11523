#pragma once

#include <string>

namespace sweetspot {

/// The manual page in roff, made from the option tree.
std::string man_page();

}  // namespace sweetspot
