#include "reports/format.hpp"

#include "core/text.hpp"

#include <fmt/format.h>

#include <cmath>

namespace sweetspot {

namespace {

constexpr auto unknown = "-";

}  // namespace

std::string rate_text(const std::optional<double>& tokens_per_second) {
  if (!tokens_per_second) return unknown;
  return *tokens_per_second < 99.95 ? fmt::format("{:.1f}", *tokens_per_second) : fmt::format("{:.0f}", *tokens_per_second);
}

std::string milliseconds_text(const std::optional<double>& ms) {
  if (!ms) return unknown;
  if (*ms < 9.95) return fmt::format("{:.1f} ms", *ms);
  if (*ms < 99.5) return fmt::format("{:.0f} ms", *ms);
  return *ms < 99'950 ? fmt::format("{:.2f} s", *ms / 1000) : fmt::format("{:.0f} s", *ms / 1000);
}

std::string bytes_text(const std::optional<std::int64_t>& bytes) {
  if (!bytes) return unknown;
  const double megabytes = static_cast<double>(*bytes) / (1 << 20);
  if (megabytes < 1000) return fmt::format("{:.0f} MB", megabytes);
  const double gigabytes = megabytes / 1024;
  return gigabytes < 99.95 ? fmt::format("{:.1f} GB", gigabytes) : fmt::format("{:.0f} GB", gigabytes);
}

std::string seconds_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  if (whole < 90) return fmt::format("{} s", whole);
  const auto minutes = (whole + 30) / 60;
  if (minutes < 60) return fmt::format("{} min", minutes);
  return fmt::format("{} h {:02} min", minutes / 60, minutes % 60);
}

std::string ratio_text(const std::optional<double>& ratio) { return ratio ? fmt::format("{:.2f}x", *ratio) : unknown; }

std::string percent_text(double share) { return fmt::format("{:.1f} %", share * 100); }

std::string count_text(std::int64_t count) {
  const auto digits = std::to_string(count);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const auto left = digits.size() - i;
    if (!text.empty() && left % 3 == 0 && text.back() != '-') text += ',';
    text += digits[i];
  }
  return text;
}

std::string counted(std::int64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count_text(count), noun, count == 1 ? "" : "s");
}

std::string in_quotes(std::string_view text, std::size_t length) {
  return fmt::format("\"{}\"", shortened(escape_control(text), length));
}

std::string markdown_cell(std::string_view text) {
  std::string result;
  for (const char c : escape_control(text)) {
    if (std::string_view{"|*_<>[]`\\"}.find(c) != std::string_view::npos) result += '\\';
    result += c;
  }
  return result;
}

std::string padded(std::string_view text, std::size_t width) {
  std::string result{text};
  const auto length = utf8_length(text);
  if (length < width) result.append(width - length, ' ');
  return result;
}

std::string padded_left(std::string_view text, std::size_t width) {
  const auto length = utf8_length(text);
  return (length < width ? std::string(width - length, ' ') : std::string{}) + std::string{text};
}

std::string short_id(std::string_view id) { return std::string{id.substr(0, 8)}; }

}  // namespace sweetspot
