#pragma once

#include <string_view>
#include <vector>

namespace demo {

/// A text that the model has learned. Stories hold "{A}", "{B}" and "{T}" where the names of people and the word for the
/// hero ("clockmaker") stand: the model fills in those of its prompt.
struct Document {
  std::string_view kind;  ///< "story", "python", "explain volcanoes"
  std::string_view keys;  ///< words of the request that it answers
  std::string_view text;
};

std::vector<Document> corpus_documents();
std::vector<std::string_view> corpus_texts();

}  // namespace demo
