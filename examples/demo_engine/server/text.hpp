#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace demo {

/// Bytes at the end of `text` that begin a character which is not complete; 0 to 3.
std::size_t incomplete_tail(std::string_view text);

/// Whatever is no valid UTF-8 becomes U+FFFD.
std::string valid_text(std::string_view bytes);

/// Appends the bytes as the inside of a JSON string; they must be valid UTF-8.
void append_escaped(std::string& to, std::string_view text);

}  // namespace demo
