#include "backends/printable.hpp"

#include <cstddef>
#include <cstdint>

namespace sweetspot {

namespace {

std::size_t character_length(std::string_view bytes);
std::size_t escape_length(std::string_view bytes);

}  // namespace

std::string printable(std::string_view bytes) {
  std::string result;
  result.reserve(bytes.size());
  while (!bytes.empty()) {
    const auto first = static_cast<unsigned char>(bytes.front());
    std::size_t length = 1;
    if (first == 0x1b) {
      length = escape_length(bytes);
    } else if (first == '\t') {
      result += ' ';
    } else if (first == '\n' || (first >= 0x20 && first < 0x7f)) {
      result += bytes.front();
    } else if (first >= 0x80) {
      length = character_length(bytes);
      // U+0080 to U+009F are control characters too: some terminals take U+009B for the start of an escape sequence.
      const bool control = length == 2 && first == 0xc2 && static_cast<unsigned char>(bytes[1]) < 0xa0;
      if (!control) result += length == 0 ? std::string_view{"\xEF\xBF\xBD"} : bytes.substr(0, length);
      if (length == 0) length = 1;
    }
    bytes.remove_prefix(length);
  }
  return result;
}

namespace {

/// Bytes of the well-formed character at the front; 0 when there is none.
std::size_t character_length(std::string_view bytes) {
  const auto byte = [&](std::size_t i) -> std::uint32_t { return static_cast<unsigned char>(bytes[i]); };
  const std::uint32_t first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || bytes.size() < length) return 0;
  std::uint32_t point = first & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
    point = (point << 6) | (byte(i) & 0x3F);
  }
  if (length == 3 && (point < 0x800 || (point >= 0xD800 && point <= 0xDFFF))) return 0;
  if (length == 4 && (point < 0x10000 || point > 0x10FFFF)) return 0;
  return length;
}

/// Bytes of the escape sequence at the front: ESC [ parameters final, ESC ] ... BEL, or ESC and one more.
std::size_t escape_length(std::string_view bytes) {
  if (bytes.size() < 2) return bytes.size();
  if (bytes[1] == ']') {
    const auto end = bytes.substr(0, 512).find_first_of("\a\n");
    return end == std::string_view::npos ? 2 : bytes[end] == '\n' ? end : end + 1;
  }
  if (bytes[1] != '[') return 2;
  std::size_t i = 2;
  while (i < bytes.size() && bytes[i] >= 0x20 && bytes[i] < 0x40) ++i;
  return i < bytes.size() && bytes[i] != '\n' ? i + 1 : i;
}

}  // namespace

}  // namespace sweetspot
