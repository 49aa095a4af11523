#pragma once

#include <cstddef>
#include <string>

/// Damage to a text that leaves it looking like one.
namespace sweetspot::standin {

/// In ASCII.
bool is_letter(char letter);

std::string other_word(const std::string& word);

/// Swaps the first two neighbouring letters that differ; text without such a pair stays as it is.
std::string swapped_letters(std::string text);

/// Each character beyond ASCII becomes the replacement character.
std::string without_foreign_letters(const std::string& text);

/// Every 25th word becomes another one. `words` goes on counting over the pieces of one answer.
std::string wrong_words(const std::string& text, int& words);

/// Word number `number` becomes another one; where there are fewer, the last one does.
std::string with_wrong_word(const std::string& text, std::size_t number);

/// The same of the word in the middle.
std::string with_wrong_middle(const std::string& text);

/// Words with white space behind them: one at the end may go on.
std::size_t whole_words(const std::string& text);

/// How many bytes of the text are whole words with the white space behind them: a word at the end may go on.
std::size_t whole_words_size(const std::string& text);

}  // namespace sweetspot::standin
