#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace demo {

/// A word of a text: letters, digits, and what joins them.
struct Word {
  std::string_view text;
  std::size_t at = 0;  ///< offset in the text
};

std::string lowered(std::string_view text);
std::string_view stripped(std::string_view text);
/// Words as people read them: quotes, brackets and the punctuation at their ends are not part of them.
std::vector<Word> words_of(std::string_view text);
/// Names, identifiers and sentences as lower-case words: "get_weather" and "getWeather" are "get" and "weather".
std::vector<std::string> plain_words(std::string_view text);
/// "plays", "played" and "play" are one word.
bool same_stem(std::string_view a, std::string_view b);
bool is_function_word(std::string_view word);
bool contains_any(std::string_view text, const std::vector<std::string_view>& parts);
std::vector<std::string> lines_of(std::string_view text);
/// With the quotes around it, as JSON writes it; UTF-8 stays as it is.
std::string json_string(std::string_view text);
/// The request without the ticket line that some clients put before it.
std::string_view without_ticket(std::string_view text);

}  // namespace demo
