#pragma once

#include <string>

namespace sweetspot {

/// The completion script for "bash", "zsh" or "fish", made from the option tree.
std::string completions(const std::string& shell);

}  // namespace sweetspot
