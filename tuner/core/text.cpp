#include "core/text.hpp"

#include "core/error.hpp"
#include "core/value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

namespace sweetspot {

namespace {

/// Length of the UTF-8 sequence at the start of `text`; 0 when there is none.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (text.empty()) return 0;
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  const std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (text.size() < length) return 0;
  // The second byte's bounds exclude overlong forms (E0, F0), surrogates (ED) and what is above U+10FFFF (F4).
  const unsigned char low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const unsigned char high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (byte(1) < low || byte(1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (byte(i) < 0x80 || byte(i) > 0xBF) return 0;
  }
  return length;
}

/// Damerau-Levenshtein distance (optimal string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

/// Takes a number such as "1.5" from the front; nothing when there is none.
std::optional<double> take_number(std::string_view& text) {
  const std::size_t length = std::min(text.find_first_not_of("0123456789."), text.size());
  const double value = number(parse_value(text.substr(0, length)));
  text.remove_prefix(length);
  if (length == 0 || !std::isfinite(value)) return std::nullopt;
  return value;
}

[[noreturn]] void bad_duration(std::string_view text) {
  throw Error{"\"" + std::string(text) + "\" is no time", "write it like 90s, 9m, 1h30m or 500ms"};
}

[[noreturn]] void bad_size(std::string_view text) {
  throw Error{"\"" + std::string(text) + "\" is no size", "write it like 24G, 512M or 1.5GiB"};
}

}  // namespace

std::optional<std::string> closest(std::string_view word, const std::vector<std::string>& candidates) {
  constexpr std::size_t longest_word = 64;
  if (word.empty() || word.size() > longest_word) return std::nullopt;
  std::size_t best_distance = longest_word;
  std::optional<std::string> best;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > 2 * longest_word) continue;
    const std::size_t distance = edit_distance(lower(word), lower(candidate));
    const std::size_t allowed = std::max<std::size_t>(1, std::max(word.size(), candidate.size()) / 3);
    if (distance <= allowed && distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates, const std::string& otherwise) {
  const auto found = closest(word, candidates);
  return found ? "did you mean \"" + *found + "\"?" : otherwise;
}

std::string escape_control(std::string_view text) {
  std::string out;
  const auto hex = [](char c) { return fmt::format("\\x{:02x}", static_cast<unsigned char>(c)); };
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    const auto first = static_cast<unsigned char>(text[0]);
    const bool c1 = length == 2 && first == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0;
    if (first == '\n') {
      out += "\\n";
    } else if (first == '\t') {
      out += "\\t";
    } else if (c1) {
      out += hex(text[0]) + hex(text[1]);
    } else if (length == 0 || first < 0x20 || first == 0x7F) {
      out += hex(text[0]);
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

std::string shortened(std::string_view text, std::size_t length) {
  constexpr std::string_view dots = "...";
  if (utf8_length(text) <= length) return std::string(text);
  const std::size_t kept = length > dots.size() ? length - dots.size() : 0;
  std::size_t end = 0;
  for (std::size_t i = 0; i < kept; ++i) end += std::max<std::size_t>(sequence_length(text.substr(end)), 1);
  return std::string(text.substr(0, end)) + std::string(dots.substr(0, std::min(length, dots.size())));
}

std::size_t utf8_length(std::string_view text) {
  std::size_t characters = 0;
  for (; !text.empty(); ++characters) text.remove_prefix(std::max<std::size_t>(sequence_length(text), 1));
  return characters;
}

bool valid_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::int64_t count_replacement_characters(std::string_view text) {
  constexpr std::string_view replacement = "\xEF\xBF\xBD";
  std::int64_t count = 0;
  for (std::size_t at = text.find(replacement); at != std::string_view::npos; at = text.find(replacement, at + 3)) ++count;
  return count;
}

std::string utc_now_iso8601(std::chrono::system_clock::time_point now) {
  using namespace std::chrono;
  const auto day = floor<days>(now);
  const year_month_day date{day};
  const hh_mm_ss time{floor<seconds>(now - day)};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()), time.hours().count(), time.minutes().count(), time.seconds().count());
}

std::chrono::milliseconds parse_duration(std::string_view text) {
  struct Unit {
    std::string_view name;
    double milliseconds;
  };
  constexpr std::array<Unit, 4> units{{{"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};
  constexpr double longest = 366.0 * 24 * 3'600'000;
  std::string_view rest = text;
  double total = 0;
  auto next_unit = units.begin();
  if (rest.empty()) bad_duration(text);
  while (!rest.empty()) {
    const auto amount = take_number(rest);
    const std::string_view name = rest.substr(0, rest.find_first_of("0123456789."));
    const auto unit = std::find_if(next_unit, units.end(), [&](const Unit& candidate) { return candidate.name == name; });
    if (!amount || unit == units.end()) bad_duration(text);
    total += *amount * unit->milliseconds;
    if (total > longest) bad_duration(text);
    rest.remove_prefix(name.size());
    next_unit = unit + 1;
  }
  return std::chrono::milliseconds(std::llround(total));
}

std::int64_t parse_size(std::string_view text) {
  constexpr std::string_view letters = "kmgt";
  constexpr double largest = 9.0e18;
  std::string_view rest = text;
  const auto amount = take_number(rest);
  std::string unit = lower(rest);
  if (!amount) bad_size(text);
  double factor = 1;
  if (!unit.empty() && letters.find(unit[0]) != std::string_view::npos) {
    factor = std::pow(1024.0, static_cast<double>(letters.find(unit[0]) + 1));
    unit.erase(0, 1);
    if (!unit.empty() && unit != "b" && unit != "ib") bad_size(text);
  } else if (!unit.empty() && unit != "b") {
    bad_size(text);
  }
  if (*amount * factor > largest) bad_size(text);
  return std::llround(*amount * factor);
}

}  // namespace sweetspot
