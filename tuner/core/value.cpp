#include "core/value.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>

namespace sweetspot {

namespace {

std::string real_text(double value) {
  std::string shortest = fmt::format("{}", value);
  // Without a point it would be read back as an integer.
  if (std::isfinite(value) && shortest.find_first_of(".e") == std::string::npos) shortest += ".0";
  return shortest;
}

std::optional<std::int64_t> whole_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> whole_real(std::string_view text) {
  // strtod also takes "inf", "nan", hexadecimal and leading blanks: those are words here.
  if (text.find_first_not_of("0123456789.eE+-") != std::string_view::npos) return std::nullopt;
  if (text.find_first_of("0123456789") == std::string_view::npos || text.front() == '+') return std::nullopt;
  const std::string copy(text);
  char* stop = nullptr;
  const double value = std::strtod(copy.c_str(), &stop);
  if (stop != copy.c_str() + copy.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

}  // namespace

std::string text(const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
  if (const auto* real = std::get_if<double>(&value)) return real_text(*real);
  return std::get<std::string>(value);
}

Value parse_value(std::string_view text) {
  if (const auto integer = whole_integer(text)) return *integer;
  if (const auto real = whole_real(text)) return *real;
  return std::string(text);
}

double number(const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace sweetspot
