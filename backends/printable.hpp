#pragma once

#include <string>
#include <string_view>

namespace sweetspot {

/// Text of a stranger made fit for a report and a terminal: escape sequences and control bytes other than newline (a tab
/// becomes a space) are gone, bytes that are not UTF-8 are U+FFFD.
std::string printable(std::string_view bytes);

}  // namespace sweetspot
