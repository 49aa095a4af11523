#include "demo_engine/answers.hpp"
#include "demo_engine/corpus.hpp"
#include "demo_engine/wording.hpp"

#include <algorithm>

namespace demo {
namespace {

constexpr double score_least = 1.5;

/// How many of the document's key words the request holds; keys that it does not hold count a little against it.
double fit(const Document& document, const std::vector<std::string>& request) {
  double score = 0;
  for (const std::string& key : plain_words(document.keys)) {
    const bool asked = std::ranges::any_of(request, [&](const std::string& word) { return same_stem(word, key); });
    score += asked ? 1.0 : -0.3;
  }
  return score;
}

/// Code between fences is firm, the words around it less so.
std::vector<Span> spans_of(std::string_view text) {
  std::vector<Span> spans;
  bool code = false;
  while (!text.empty()) {
    auto end = text.find("```", code ? 3 : 0);
    if (end == std::string_view::npos)
      end = text.size();
    else if (code)
      end += 3;
    if (end > 0) spans.push_back({std::string(text.substr(0, end)), code ? Firmness::code : Firmness::wording, false});
    text.remove_prefix(end);
    code = !code;
  }
  return spans;
}

}  // namespace

std::optional<Answer> programmed(std::string_view request) {
  const std::vector<std::string> words = plain_words(request);
  const auto says = [&](std::string_view word) { return std::ranges::find(words, word) != words.end(); };
  const std::string text = lowered(request);
  const bool cpp = text.find("c++") != std::string::npos;
  if (!cpp && !says("python") && !(says("function") || says("class") || says("program") || says("script"))) return std::nullopt;
  const std::string_view kind = cpp ? "cpp" : "python";
  const std::vector<Document> documents = corpus_documents();
  const Document* best = nullptr;
  double best_score = score_least;
  for (const Document& document : documents) {
    if (document.kind != kind) continue;
    if (const double score = fit(document, words); score >= best_score) {
      best = &document;
      best_score = score;
    }
  }
  Answer answer;
  if (best != nullptr) {
    Stage stage;
    stage.wordings.push_back(spans_of(best->text));
    stage.free_kind = kind;
    answer.stages.push_back(std::move(stage));
    return answer;
  }
  const std::string what = says("class") ? "class" : "function";
  answer.stages.push_back(said("Here is a " + what + " that does it:\n\n"));
  Stage code = said(cpp ? "```cpp\n" : what == "class" ? "```python\nclass " : "```python\ndef ", Firmness::code);
  code.free_kind = kind;
  code.free_tokens = 160;
  answer.stages.push_back(std::move(code));
  return answer;
}

}  // namespace demo
