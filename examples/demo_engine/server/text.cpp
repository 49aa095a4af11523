#include "demo_engine/server/text.hpp"

#include <array>

namespace demo {

namespace {

/// Length of the character that begins with this byte; 0 for a byte that begins none.
std::size_t length_from(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first < 0xE0) return 2;
  if (first >= 0xE0 && first < 0xF0) return 3;
  if (first >= 0xF0 && first < 0xF5) return 4;
  return 0;
}

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

/// Surrogates, overlong forms and what lies above U+10FFFF.
bool forbidden(unsigned char first, unsigned char second) {
  return (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) || (first == 0xF0 && second < 0x90) ||
         (first == 0xF4 && second > 0x8F);
}

/// Length of the valid character at the start of the text; 0 when there is none.
std::size_t character_at(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t length = length_from(first);
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if (!continues(text[i])) return 0;
  if (length > 2 && forbidden(first, static_cast<unsigned char>(text[1]))) return 0;
  return length;
}

}  // namespace

std::size_t incomplete_tail(std::string_view text) {
  for (std::size_t back = 1; back <= 3 && back <= text.size(); ++back) {
    const char byte = text[text.size() - back];
    if (continues(byte)) continue;
    return length_from(static_cast<unsigned char>(byte)) > back ? back : 0;
  }
  return 0;
}

std::string valid_text(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const std::size_t length = character_at(bytes);
    if (length > 0) {
      text += bytes.substr(0, length);
    } else {
      text += "\xEF\xBF\xBD";
    }
    bytes.remove_prefix(length > 0 ? length : 1);
  }
  return text;
}

void append_escaped(std::string& to, std::string_view text) {
  static constexpr std::array<char, 16> digits{'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
  for (const char c : text) {
    switch (c) {
      case '"': to += "\\\""; break;
      case '\\': to += "\\\\"; break;
      case '\n': to += "\\n"; break;
      case '\r': to += "\\r"; break;
      case '\t': to += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          to += "\\u00";
          to += digits[static_cast<unsigned char>(c) >> 4];
          to += digits[static_cast<unsigned char>(c) & 15];
        } else {
          to += c;
        }
    }
  }
}

}  // namespace demo
