#include "live/standin_text.hpp"

#include "live/standin_words.hpp"

#include <algorithm>
#include <utility>

namespace sweetspot::standin {

namespace {

constexpr int mangle_every = 20;
constexpr int late_from = 60;
constexpr int bad_from_request = 3;
constexpr std::size_t sampled_word = 2;  ///< answers that are sampled may be asked for a few tokens

bool is_sampled_damage(std::string_view fault, const ChatRequest& request) {
  return fault == "sampled_damage" && request.temperature > 0;
}

}  // namespace

TextFault::TextFault(std::string_view fault, const ChatRequest& request)
    : fault_(fault), request_(request), keeps_opening_(is_sampled_damage(fault, request)) {}

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
  if (!keeps_opening_) return piece;
  kept_ += piece;
  return is_whole_opening() ? rest() : std::string{};
}

std::string TextFault::rest() {
  keeps_opening_ = false;
  const std::string text = std::exchange(kept_, {});
  if (fault_ == "both") return wrong_words(text, words_);
  return fault_ == "sampled_damage" ? with_wrong_word(text, sampled_word) : text;
}

bool TextFault::is_whole_opening() const { return whole_words(kept_) >= sampled_word; }

std::string faulty_text(std::string_view fault, const ChatRequest& request, std::string text) {
  int words = 0;
  if (fault == "both") return wrong_words(text, words);
  if (fault == "plain_without_logprobs" && !request.logprobs) return with_wrong_middle(text);
  if (is_sampled_damage(fault, request)) return with_wrong_word(text, sampled_word);
  const bool mangled = fault == "plain_mangle" || (fault == "third_request" && request.number >= bad_from_request);
  for (std::size_t at = 8; mangled && at < text.size(); at += 40) {
    text = text.substr(0, at) + swapped_letters(text.substr(at, 8)) + text.substr(std::min(at + 8, text.size()));
  }
  return text;
}

}  // namespace sweetspot::standin
