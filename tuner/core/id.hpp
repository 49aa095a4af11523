#pragma once

#include <string>

namespace sweetspot {

/// A new identifier, unique across machines: a version 4 UUID in lower case.
std::string new_id();

}  // namespace sweetspot
