#include "live/standin_text.hpp"

#include "live/standin_json.hpp"
#include "live/standin_words.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace sweetspot::standin {

namespace {

constexpr int mangle_every = 20;
constexpr int late_from = 60;
constexpr int bad_from_request = 3;
constexpr std::size_t held_bytes = 200;
constexpr std::size_t sampled_word = 2;  ///< of thoughts and text: sampled answers may be asked for a few tokens

bool is_sampled_damage(std::string_view fault, const ChatRequest& request) {
  return fault == "sampled_damage" && request.temperature > 0;
}

std::string faulty_text(std::string_view fault, const ChatRequest& request, std::string text);
void lie_consistently(Json& choice);
bool is_word_with_space(const std::string& token);

}  // namespace

TextFault::TextFault(std::string_view fault, const ChatRequest& request)
    : fault_(fault), request_(request), keeps_opening_(fault == "held_first" || is_sampled_damage(fault, request)) {}

std::string TextFault::take(std::string piece) {
  ++pieces_;
  if ((fault_ == "mangle" && pieces_ % mangle_every == 0) ||
      (fault_ == "late_mangle" && pieces_ > late_from && pieces_ % (mangle_every / 4) == 0) ||
      (fault_ == "third_request" && request_.number >= bad_from_request && pieces_ % (mangle_every / 4) == 0)) {
    mangle_due_ = true;
  }
  if (mangle_due_) {
    const std::string mangled = swapped_letters(piece);
    mangle_due_ = mangled == piece;  // nothing to swap here: the next one then
    piece = mangled;
  }
  if (fault_ == "mojibake") return without_foreign_letters(piece);
  if (fault_ == "both") {
    kept_ += piece;
    const std::size_t whole = whole_words_size(kept_);
    const std::string text = wrong_words(kept_.substr(0, whole), words_);
    kept_.erase(0, whole);
    return text;
  }
  return take_opening(piece);
}

std::string TextFault::take_thoughts(const std::string& piece) {
  return is_sampled_damage(fault_, request_) ? take_opening(piece) : piece;
}

std::string TextFault::take_opening(const std::string& piece) {
  if (!keeps_opening_) return piece;
  kept_ += piece;
  return is_whole_opening() ? rest() : std::string{};
}

std::string TextFault::rest() {
  if (kept_.empty()) return {};
  keeps_opening_ = false;
  const std::string text = std::exchange(kept_, {});
  if (fault_ == "both") return wrong_words(text, words_);
  return fault_ == "sampled_damage" ? with_wrong_word(text, sampled_word) : text;
}

bool TextFault::is_whole_opening() const {
  return fault_ == "held_first" ? kept_.size() >= held_bytes : whole_words(kept_) >= sampled_word;
}

void damage_text(std::string_view fault, const ChatRequest& request, Json& choice) {
  Json& message = choice["message"];
  if (fault == "consistent_lie") return lie_consistently(choice);
  const bool sampled = is_sampled_damage(fault, request);
  const bool unscored = fault == "plain_without_logprobs" && !request.logprobs;
  const bool thoughts = has_text(message, thoughts_field) && (sampled || (unscored && !has_text(message, "content")));
  const char* field = thoughts ? thoughts_field : "content";
  if (!has_text(message, field)) return;
  const std::string text = message[field];
  message[field] = sampled    ? with_wrong_word(text, sampled_word)
                   : unscored ? with_wrong_middle(text)
                              : faulty_text(fault, request, text);
}

namespace {

std::string faulty_text(std::string_view fault, const ChatRequest& request, std::string text) {
  int words = 0;
  if (fault == "both") return wrong_words(text, words);
  const bool mangled = fault == "plain_mangle" || (fault == "third_request" && request.number >= bad_from_request);
  for (std::size_t at = 8; mangled && at < text.size(); at += 40) {
    text = text.substr(0, at) + swapped_letters(text.substr(at, 8)) + text.substr(std::min(at + 8, text.size()));
  }
  return text;
}

/// A token that is a word is told as another one, in the text and in the list of tokens; its id and the alternatives beside it
/// tell the truth.
void lie_consistently(Json& choice) {
  if (!has_text(choice["message"], "content")) return;
  std::string text = choice["message"]["content"];
  const Json::json_pointer list("/logprobs/content");
  if (!choice.contains(list) || !choice[list].is_array()) return;
  Json& tokens = choice[list];
  std::string written;
  for (const Json& token : tokens) written += token.value("token", "");
  const std::size_t text_at = written.rfind(text);  // behind the thoughts
  if (text_at == std::string::npos) return;
  std::vector<std::pair<std::size_t, std::size_t>> words;  // of the token, of its beginning in the text
  std::size_t at = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::string token = tokens[i].value("token", "");
    const std::size_t end = at + token.size();
    const bool ends_word = end >= written.size() || !is_letter(written[end]);
    const bool inside = at >= text_at && end <= text_at + text.size();
    if (inside && ends_word && is_word_with_space(token)) words.emplace_back(i, at - text_at);
    at = end;
  }
  if (words.empty()) return;
  const auto [index, begin] = words[words.size() / 2];
  const std::string told = tokens[index]["token"];
  const std::string other = " " + other_word(told.substr(1));
  tokens[index]["token"] = other;
  tokens[index]["bytes"] = std::vector<int>(other.begin(), other.end());
  choice["message"]["content"] = text.replace(begin, told.size(), other);
}

bool is_word_with_space(const std::string& token) {
  return token.size() > 1 && token.front() == ' ' && std::all_of(token.begin() + 1, token.end(), is_letter);
}

}  // namespace

}  // namespace sweetspot::standin
