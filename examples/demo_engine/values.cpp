#include "demo_engine/values.hpp"

#include "demo_engine/wording.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace demo {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

bool is_number(std::string_view word) {
  if (word.starts_with('-') || word.starts_with('+')) word.remove_prefix(1);
  std::size_t dots = 0;
  for (const char c : word) {
    if (c == '.')
      ++dots;
    else if (!is_digit(c))
      return false;
  }
  return !word.empty() && dots <= 1 && is_digit(word.front()) && is_digit(word.back());
}

bool matches_digits(std::string_view word, std::string_view pattern) {
  if (word.size() != pattern.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (pattern[i] == '9' ? !is_digit(word[i]) : word[i] != pattern[i]) return false;
  }
  return true;
}

bool is_path(std::string_view word) {
  const auto dot = word.rfind('.');
  const bool extension = dot != std::string_view::npos && dot > 0 && word.size() - dot > 1 && word.size() - dot <= 6 &&
                         std::isalpha(static_cast<unsigned char>(word[dot + 1])) != 0;
  const auto slash = word.find('/');
  return (slash != std::string_view::npos && word.size() > 1) || extension;
}

std::optional<Value::Kind> kind_of(std::string_view word, bool first_in_sentence) {
  using enum Value::Kind;
  if (word.find("://") != std::string_view::npos || (word.find('@') != std::string_view::npos && word.front() != '@'))
    return address;
  if (matches_digits(word, "99:99") || matches_digits(word, "9:99")) return time;
  if (matches_digits(word, "9999-99-99")) return date;
  if (is_number(word)) return number;
  if (is_path(word)) return path;
  if (word.size() == 3 && std::ranges::all_of(word, is_upper)) return code;
  const bool marked = static_cast<unsigned char>(word.front()) >= 0x80;
  if (word == "I" || word.starts_with("I'")) return std::nullopt;
  if ((is_upper(word.front()) || marked) && !first_in_sentence) return name;
  return std::nullopt;
}

/// A quoted text that begins at `at`, with its quotes.
std::optional<std::string_view> quoted_at(std::string_view text, std::size_t at) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 3> quotes = {
      {{"\"", "\""}, {"\xE2\x80\x9C", "\xE2\x80\x9D"}, {"`", "`"}}};
  for (const auto& [open, close] : quotes) {
    if (!text.substr(at).starts_with(open)) continue;
    const auto end = text.find(close, at + open.size());
    if (end != std::string_view::npos) return text.substr(at, end + close.size() - at);
  }
  return std::nullopt;
}

std::size_t quote_width(std::string_view quoted) { return static_cast<unsigned char>(quoted.front()) >= 0x80 ? 3 : 1; }

std::size_t past(std::string_view text, std::size_t at, std::string_view some) {
  while (at < text.size() && some.find(text[at]) != std::string_view::npos) ++at;
  return at;
}

/// Where the number at `at` ends; `at` when there is none.
std::size_t past_number(std::string_view text, std::size_t at) {
  std::size_t end = past(text, at, "0123456789");
  if (end > at && end + 1 < text.size() && text[end] == '.' && is_digit(text[end + 1])) end = past(text, end + 1, "0123456789");
  return end;
}

/// "34 * 17", "(2 + 3) * 4": numbers with at least one sign between them.
std::optional<std::string_view> expression_in(std::string_view text) {
  for (std::size_t begin = 0; begin < text.size(); ++begin) {
    if (!is_digit(text[begin]) && text[begin] != '(') continue;
    std::size_t end = past_number(text, past(text, begin, "("));
    if (end == past(text, begin, "(")) continue;
    std::size_t numbers = 1;
    for (;;) {
      const std::size_t sign = past(text, past(text, end, ")"), " ");
      if (sign >= text.size() || std::string_view("+-*/^x%").find(text[sign]) == std::string_view::npos) break;
      const std::size_t next = past(text, sign + 1, " (");
      const std::size_t next_end = past_number(text, next);
      if (next_end == next) break;
      end = past(text, next_end, ")");
      ++numbers;
    }
    if (numbers > 1) return text.substr(begin, end - begin);
    begin = end;
  }
  return std::nullopt;
}

void join_names(std::vector<Value>& values, std::string_view text) {
  for (std::size_t i = 0; i + 1 < values.size();) {
    Value& value = values[i];
    const Value& next = values[i + 1];
    const bool joined =
        value.kind == Value::Kind::name && next.kind == Value::Kind::name && next.at == value.end + 1 && text[value.end] == ' ';
    if (!joined) {
      ++i;
      continue;
    }
    value.text += " " + next.text;
    value.end = next.end;
    value.after = next.after;
    values.erase(values.begin() + static_cast<std::ptrdiff_t>(i) + 1);
  }
}

}  // namespace

std::optional<Value> verbatim_in(std::string_view text) {
  static constexpr std::array<std::string_view, 6> openings = {"exactly this text", "exactly the text", "the following text",
                                                               "this exact text",   "exactly this",     "the exact text"};
  for (const std::string_view opening : openings) {
    const auto begin = text.find(opening);
    if (begin == std::string_view::npos) continue;
    auto colon = text.find(':', begin);
    while (colon != std::string_view::npos && colon + 1 < text.size() && text[colon + 1] != ' ' && text[colon + 1] != '\n')
      colon = text.find(':', colon + 1);
    if (colon == std::string_view::npos || colon + 1 >= text.size()) continue;
    std::size_t first = colon + 1;
    if (text[first] == ' ')
      ++first;
    else
      while (first < text.size() && text[first] == '\n') ++first;
    return Value{Value::Kind::verbatim, std::string(text.substr(first)), {}, {}, first, text.size(), false};
  }
  return std::nullopt;
}

std::vector<Value> values_in(std::string_view text) {
  std::vector<Value> values;
  const std::optional<Value> verbatim = verbatim_in(text);
  const std::string_view searched = text.substr(0, verbatim ? verbatim->at : text.size());
  std::string masked(searched);  // quoted texts are one word each
  for (std::size_t i = 0; i < searched.size(); ++i) {
    const auto quoted = quoted_at(searched, i);
    if (!quoted) continue;
    const std::size_t width = quote_width(*quoted);
    values.push_back({Value::Kind::quoted,
                      std::string(quoted->substr(width, quoted->size() - 2 * width)),
                      {},
                      {},
                      i,
                      i + quoted->size(),
                      false});
    std::fill(masked.begin() + static_cast<std::ptrdiff_t>(i), masked.begin() + static_cast<std::ptrdiff_t>(i + quoted->size()),
              '_');
    i += quoted->size() - 1;
  }
  const std::vector<Word> words = words_of(masked);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const Word& word = words[i];
    const std::string before = i > 0 ? lowered(words[i - 1].text) : "";
    const std::string after = i + 1 < words.size() ? lowered(words[i + 1].text) : "";
    const auto same = std::ranges::find(values, word.at, &Value::at);
    if (masked[word.at] == '_') {
      if (same != values.end()) {
        same->before = before;
        same->after = after;
      }
      continue;
    }
    const auto last = masked.find_last_not_of(" \n", word.at == 0 ? 0 : word.at - 1);
    const bool first =
        word.at == 0 || last == std::string::npos || last >= word.at || contains_any(".?!:", {masked.substr(last, 1)});
    if (const auto kind = kind_of(word.text, first))
      values.push_back({*kind, std::string(word.text), before, after, word.at, word.at + word.text.size(), false});
  }
  if (const auto expression = expression_in(masked)) {
    const auto at = static_cast<std::size_t>(expression->data() - masked.data());
    values.push_back({Value::Kind::expression, std::string(*expression), {}, {}, at, at + expression->size(), false});
  }
  std::ranges::sort(values, {}, [](const Value& value) { return std::pair(value.at, value.kind); });
  join_names(values, masked);
  if (verbatim) values.push_back(*verbatim);
  return values;
}

}  // namespace demo
