#pragma once

#include "core/prompt.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sweetspot {

/// The texts before which an answer has to end: `stop` of the request, a string or a list of them. Several drafted tokens at
/// once are where servers overlook one.
std::vector<std::string> stop_texts(const Prompt& prompt);

/// The first stop text that the answer holds all the same; empty when there is none.
std::string overlooked_stop(const Prompt& prompt, std::string_view text);

}  // namespace sweetspot
