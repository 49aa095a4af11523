#include "demo_engine/answers.hpp"
#include "demo_engine/wording.hpp"

#include <algorithm>
#include <cctype>

namespace demo {
namespace {

bool in_identifier(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::string renamed(std::string_view code, std::string_view from, std::string_view to) {
  std::string out;
  for (std::size_t i = 0; i < code.size();) {
    const bool starts = i == 0 || !in_identifier(code[i - 1]);
    const std::size_t end = i + from.size();
    if (starts && code.substr(i).starts_with(from) && (end >= code.size() || !in_identifier(code[end]))) {
      out += to;
      i = end;
    } else {
      out += code[i++];
    }
  }
  return out;
}

std::optional<Answer> renaming(std::string_view request) {
  const std::vector<Word> words = words_of(request.substr(0, request.find('\n')));
  std::string_view from;
  std::string_view to;
  for (std::size_t i = 1; i + 1 < words.size(); ++i) {
    if (words[i].text == "to" && from.empty()) {
      from = words[i - 1].text;
      to = words[i + 1].text;
    }
  }
  const auto fence = request.find("```");
  if (from.empty() || fence == std::string_view::npos) return std::nullopt;
  return plain_answer(renamed(stripped(request.substr(fence)), from, to), Firmness::code);
}

}  // namespace

std::optional<Answer> copied(std::string_view request) {
  const std::string head = lowered(request.substr(0, 120));
  if (head.starts_with("rename ")) return renaming(request);
  const bool asked = head.starts_with("repeat ") || head.starts_with("say exactly") || head.starts_with("copy ") ||
                     head.starts_with("echo ") || head.starts_with("write exactly") || head.starts_with("answer with exactly");
  const auto colon = request.find(':');
  if (!asked || colon == std::string_view::npos) return std::nullopt;
  const std::string_view text = stripped(request.substr(colon + 1));
  if (text.empty()) return std::nullopt;
  return plain_answer(std::string(text), Firmness::value);
}

}  // namespace demo
