#include "demo_engine/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace demo {
namespace {

bool is_alnum(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || static_cast<unsigned char>(c) >= 0x80; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

constexpr std::array<std::string_view, 58> function_words = {
    "a",    "an",   "the",   "is",   "are",   "was",    "be",   "of",   "in",    "on",   "at",   "to",    "for",   "and", "or",
    "with", "by",   "from",  "as",   "it",    "this",   "that", "what", "which", "who",  "how",  "i",     "me",    "my",  "you",
    "your", "do",   "does",  "can",  "could", "please", "now",  "then", "also",  "into", "name", "given", "its",   "one", "get",
    "next", "will", "would", "want", "need",  "has",    "have", "here", "there", "many", "more", "some",  "number"};

}  // namespace

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

std::string_view stripped(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::vector<Word> words_of(std::string_view text) {
  std::vector<Word> words;
  for (std::size_t i = 0; i < text.size();) {
    if (is_space(text[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && !is_space(text[end])) ++end;
    std::size_t first = i;
    std::size_t last = end;
    const auto inside = [](char c) {
      return is_alnum(c) || c == '/' || c == '+' || c == '%' || c == '$' || c == '#' || c == '_';
    };
    // "-5", "./run" and ".5" begin with more than a letter.
    const auto begins_word = [&](std::size_t at, std::size_t stop) {
      if (inside(text[at])) return true;
      if (at + 1 >= stop) return false;
      const char next = text[at + 1];
      return text[at] == '-' ? is_alnum(next) : text[at] == '.' && (next == '/' || is_alnum(next));
    };
    while (first < last && !begins_word(first, last)) ++first;
    while (last > first && !inside(text[last - 1])) --last;
    if (first < last) words.push_back({text.substr(first, last - first), first});
    i = end;
  }
  return words;
}

std::vector<std::string> plain_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  const auto finish = [&] {
    if (!word.empty()) words.push_back(lowered(word));
    word.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool hump = i > 0 && is_upper(text[i]) && !is_upper(text[i - 1]);
    if (!is_alnum(text[i]) || hump) finish();
    if (is_alnum(text[i])) word += text[i];
  }
  finish();
  return words;
}

bool same_stem(std::string_view a, std::string_view b) {
  if (a == b) return true;
  if (a.size() > b.size()) std::swap(a, b);
  if (a.size() < 3) return false;
  const std::size_t common = static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
  if (common + 1 < a.size()) return false;
  const std::string_view rest = b.substr(common);
  static constexpr std::array<std::string_view, 9> endings = {"s", "es", "ed", "d", "ing", "er", "or", "ies", "ation"};
  const bool whole = common == a.size() || a.back() == 'e' || a.back() == 'y';
  return whole && std::ranges::find(endings, rest) != endings.end();
}

bool is_function_word(std::string_view word) { return std::ranges::find(function_words, word) != function_words.end(); }

bool contains_any(std::string_view text, const std::vector<std::string_view>& parts) {
  return std::ranges::any_of(parts, [&](std::string_view part) { return text.find(part) != std::string_view::npos; });
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    lines.emplace_back(line);
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return lines;
}

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\t': out += "\\t"; break;
      case '\r': out += "\\r"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20)
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        else
          out += c;
    }
  }
  return out + "\"";
}

std::string_view without_ticket(std::string_view text) {
  if (!text.starts_with("Ticket ")) return text;
  const auto end = text.find(".\n\n");
  const auto line = text.find('\n');
  return end == std::string_view::npos || end > line ? text : text.substr(end + 3);
}

}  // namespace demo
