#include "live/standin_words.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace sweetspot::standin {

namespace {

constexpr int wrong_word_every = 25;

bool is_space(char letter) { return std::isspace(static_cast<unsigned char>(letter)) != 0; }
bool is_letter(char letter) { return std::isalpha(static_cast<unsigned char>(letter)) != 0; }

}  // namespace

std::string swapped_letters(std::string text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (is_letter(text[i - 1]) && is_letter(text[i]) && text[i - 1] != text[i]) {
      std::swap(text[i - 1], text[i]);
      break;
    }
  }
  return text;
}

std::string without_foreign_letters(const std::string& text) {
  std::string result;
  for (const char byte : text) {
    const auto value = static_cast<unsigned char>(byte);
    if (value < 0x80) result += byte;
    if (value >= 0xC0) result += "\xEF\xBF\xBD";
  }
  return result;
}

std::string wrong_words(const std::string& text, int& words) {
  std::string result;
  for (auto at = text.begin(); at != text.end();) {
    const auto word = std::find_if_not(at, text.end(), is_space);
    result.append(at, word);
    const auto end = std::find_if(word, text.end(), is_space);
    if (word != end) {
      const std::string original(word, end);
      const std::string other = original == "then" ? "there" : "then";
      result += ++words % wrong_word_every == 0 ? other : original;
    }
    at = end;
  }
  return result;
}

std::size_t whole_words_size(const std::string& text) {
  return static_cast<std::size_t>(std::find_if(text.rbegin(), text.rend(), is_space).base() - text.begin());
}

}  // namespace sweetspot::standin
