#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace sweetspot {

/// A parameter's value: numbers where they are numbers, otherwise the engine's own word. On/off parameters are the
/// words "on" and "off".
using Value = std::variant<std::int64_t, double, std::string>;

/// The canonical text: "8", "0.75", "q8_0". parse_value(text(v)) == v.
std::string text(const Value& value);

/// A number when the whole text is one, otherwise the word itself.
Value parse_value(std::string_view text);

/// As a real number; words are NaN.
double number(const Value& value);

}  // namespace sweetspot
