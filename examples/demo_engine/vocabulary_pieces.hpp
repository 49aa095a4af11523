#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace demo {

/// The texts that are one token each, beside the single bytes: frequent words of the corpus with the space before them,
/// frequent parts of words for all others, common punctuation and indentation, and halves of frequent UTF-8 characters.
/// Sorted, without duplicates; the same for the same texts.
std::vector<std::string> vocabulary_pieces(std::span<const std::string_view> texts);

}  // namespace demo
