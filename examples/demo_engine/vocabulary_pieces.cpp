#include "demo_engine/vocabulary_pieces.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace demo {
namespace {

constexpr int long_word_count_least = 2;  // rarer long words are made of parts
constexpr std::size_t long_word_bytes = 9;
constexpr int prefix_words_least = 3;  // different words that begin so
constexpr int part_words_least = 5;    // different words that hold the part
constexpr std::size_t prefix_letters_max = 6;
constexpr std::size_t part_letters_max = 5;
constexpr std::size_t word_bytes_max = 16;

using Counts = std::map<std::string, int, std::less<>>;

/// What real tokenizers merge in code, JSON and prose; runs of spaces are indentation. A full stop and the line break after
/// it stay apart: a sentence may end the paragraph or not.
constexpr std::array<std::string_view, 86> punctuation = {
    "  ",    "    ",     "        ", "            ", "\n\n", "\n    ", "\n        ", "\n            ",
    "\n  ",  "\n\n    ", ".\"",      ",\"",          "\",",  "\":",    " \"",        "{\"",
    "\"}",   "\"}}",     "}}",       " {\"",         "[\"",  "\"]",    "()",         "():",
    "):",    "):\n",     "(\"",      "\")",          " =",   " ==",    " +=",        " -=",
    " !=",   " <=",      " >=",      " ->",          "::",   "</",     " </",        ");",
    ");\n",  "};",       " {",       " {\n",         "}\n",  " (",     " [",         "[]",
    "++",    "//",       " //",      "```",          "**",   " **",    "\n- ",       " - ",
    " +",    " -",       " *",       " /",           " %",   " <",     " >",         "'s",
    "'t",    "...",      "--",       " |",           "|\n",  ",\n",    "[{\"",       "},",
    "}]",    "__",       " #",       " &",           "&&",   " ||",    "<<",         " <<",
    "\";\n", ";\n",      "#include", "://",          " `",   "`."};

/// First bytes of emoji and of Japanese, Chinese and Cyrillic letters, so that a character takes two to four tokens; Latin
/// letters with marks whole.
constexpr std::array<std::string_view, 35> characters = {"\xF0\x9F",
                                                         "\xF0\x9F\x98",
                                                         "\xF0\x9F\x8E",
                                                         "\xE3\x81",
                                                         "\xE3\x82",
                                                         "\xE3\x80",
                                                         "\xE4\xBA",
                                                         "\xE5\x8C",
                                                         "\xE4\xB8",
                                                         "\xE7\x9A",
                                                         "\xE6\x98",
                                                         "\xE5\x9C",
                                                         "\xD0",
                                                         "\xD1",
                                                         "é",
                                                         "ö",
                                                         "ü",
                                                         "ä",
                                                         "ß",
                                                         "á",
                                                         "ï",
                                                         "ø",
                                                         "å",
                                                         "ñ",
                                                         "ç",
                                                         "è",
                                                         "ó",
                                                         "Ä",
                                                         "Ö",
                                                         "Ü",
                                                         "Á",
                                                         "“",
                                                         "”",
                                                         "–",
                                                         "’"};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Runs of letters, with a single space before them where there is one.
void count_words(std::string_view text, Counts& words) {
  for (std::size_t i = 0; i < text.size();) {
    if (!is_letter(text[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && is_letter(text[end])) ++end;
    const std::size_t begin = i > 0 && text[i - 1] == ' ' ? i - 1 : i;
    if (end - i <= word_bytes_max) ++words[std::string(text.substr(begin, end - begin))];
    i = end;
  }
}

void count_parts(const std::string& word, Counts& prefixes, Counts& parts) {
  const std::size_t first = word.front() == ' ' ? 1 : 0;
  const std::size_t letters = word.size() - first;
  for (std::size_t n = 2; n <= std::min(prefix_letters_max, letters); ++n) ++prefixes[word.substr(0, first + n)];
  std::set<std::string> seen;
  for (std::size_t i = first + 1; i + 2 <= word.size(); ++i) {
    for (std::size_t n = 2; n <= part_letters_max && i + n <= word.size(); ++n) seen.insert(word.substr(i, n));
  }
  for (const std::string& part : seen) ++parts[part];
}

}  // namespace

std::vector<std::string> vocabulary_pieces(std::span<const std::string_view> texts) {
  Counts words;
  for (const std::string_view text : texts) count_words(text, words);
  // Words that stand alone: the list of common ones has each of them once.
  for (const std::string_view text : texts) {
    if (!text.starts_with("=== ")) count_words(" " + std::string(text), words);
  }
  Counts prefixes;
  Counts parts;
  for (const auto& [word, count] : words) count_parts(word, prefixes, parts);
  std::set<std::string> pieces(punctuation.begin(), punctuation.end());
  pieces.insert(characters.begin(), characters.end());
  for (const auto& [word, count] : words) {
    if (count >= long_word_count_least || word.size() < long_word_bytes) pieces.insert(word);
  }
  for (const auto& [prefix, count] : prefixes) {
    if (count >= prefix_words_least) pieces.insert(prefix);
  }
  for (const auto& [part, count] : parts) {
    if (count >= part_words_least) pieces.insert(part);
  }
  for (char c = 'a'; c <= 'z'; ++c) pieces.insert(std::string(" ") + c);
  for (char c = 'A'; c <= 'Z'; ++c) pieces.insert(std::string(" ") + c);
  std::vector<std::string> sorted;
  for (const std::string& piece : pieces) {
    if (piece.size() > 1) sorted.push_back(piece);
  }
  return sorted;
}

}  // namespace demo
