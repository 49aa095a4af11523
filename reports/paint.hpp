#pragma once

#include "reports/report.hpp"

#include <string>
#include <string_view>

namespace sweetspot {

enum class Paint { bold, good, doubtful, bad, faint };

/// The text in a terminal's colour, or as it is. Colour only ever repeats what the words say.
std::string painted(std::string_view text, Paint paint, Colour colour);

/// The paint for the state of a trial: "pass", "broken", "crashed", ...
Paint state_paint(std::string_view state);

}  // namespace sweetspot
