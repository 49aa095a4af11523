#include "demo_engine/corpus.hpp"

#include <array>

namespace sweetspot::embedded {
extern const std::string_view demo_words_txt;
extern const std::string_view demo_stories_txt;
extern const std::string_view demo_prose_txt;
extern const std::string_view demo_explanations_txt;
extern const std::string_view demo_python_txt;
extern const std::string_view demo_cpp_txt;
}  // namespace sweetspot::embedded

namespace demo {
namespace {

constexpr std::string_view mark = "=== ";  // a document begins with "=== kind | keys"

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \n") - first + 1);
}

}  // namespace

std::vector<std::string_view> corpus_texts() {
  using namespace sweetspot::embedded;
  return {demo_words_txt, demo_stories_txt, demo_prose_txt, demo_explanations_txt, demo_python_txt, demo_cpp_txt};
}

std::vector<Document> corpus_documents() {
  std::vector<Document> documents;
  for (std::string_view text : corpus_texts()) {
    while (text.starts_with(mark)) {
      std::size_t end = text.find("\n=== ");
      end = end == std::string_view::npos ? text.size() : end + 1;
      const std::size_t line = text.find('\n');
      const std::string_view head = text.substr(mark.size(), line - mark.size());
      const std::size_t bar = head.find('|');
      const std::string_view keys = bar == std::string_view::npos ? std::string_view{} : head.substr(bar + 1);
      documents.push_back({trimmed(head.substr(0, bar)), trimmed(keys), trimmed(text.substr(line, end - line))});
      text.remove_prefix(end);
    }
  }
  return documents;
}

}  // namespace demo
