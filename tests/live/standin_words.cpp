#include "live/standin_words.hpp"

#include <algorithm>
#include <cctype>
#include <utility>
#include <vector>

namespace sweetspot::standin {

namespace {

constexpr int wrong_word_every = 25;

bool is_space(char letter) { return std::isspace(static_cast<unsigned char>(letter)) != 0; }

struct Word {
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::vector<Word> words_of(const std::string& text);

}  // namespace

bool is_letter(char letter) { return std::isalpha(static_cast<unsigned char>(letter)) != 0; }

std::string other_word(const std::string& word) { return word == "then" ? "there" : "then"; }

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
  std::size_t at = 0;
  for (const Word& word : words_of(text)) {
    const std::string original = text.substr(word.begin, word.end - word.begin);
    result += text.substr(at, word.begin - at);
    result += ++words % wrong_word_every == 0 ? other_word(original) : original;
    at = word.end;
  }
  return result + text.substr(at);
}

std::string with_wrong_word(const std::string& text, std::size_t number) {
  const std::vector<Word> words = words_of(text);
  if (words.empty()) return text;
  const Word& word = words[std::min(number, words.size()) - 1];
  return text.substr(0, word.begin) + other_word(text.substr(word.begin, word.end - word.begin)) + text.substr(word.end);
}

std::string with_wrong_middle(const std::string& text) { return with_wrong_word(text, (words_of(text).size() + 1) / 2); }

std::size_t whole_words(const std::string& text) {
  const std::vector<Word> words = words_of(text);
  return words.empty() || words.back().end < text.size() ? words.size() : words.size() - 1;
}

std::size_t whole_words_size(const std::string& text) {
  return static_cast<std::size_t>(std::find_if(text.rbegin(), text.rend(), is_space).base() - text.begin());
}

namespace {

std::vector<Word> words_of(const std::string& text) {
  std::vector<Word> words;
  for (auto at = text.begin(); at != text.end();) {
    const auto word = std::find_if_not(at, text.end(), is_space);
    at = std::find_if(word, text.end(), is_space);
    if (word != at) words.push_back({static_cast<std::size_t>(word - text.begin()), static_cast<std::size_t>(at - text.begin())});
  }
  return words;
}

}  // namespace

}  // namespace sweetspot::standin
