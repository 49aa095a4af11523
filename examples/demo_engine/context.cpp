#include "demo_engine/context.hpp"

#include "demo_engine/hash.hpp"

#include <algorithm>
#include <utility>

namespace demo {

Grammar::Grammar(const Vocabulary& words, const Ngrams& counts)
    : vocabulary(words),
      ngrams(counts),
      answer_header(words.encode("<|im_start|>assistant\n", Vocabulary::Specials::parse)),
      think_header(words.encode("<think>\n", Vocabulary::Specials::parse)) {
  turn_start = answer_header.front();
  paragraph = words.encode("\n\n", Vocabulary::Specials::as_text).front();
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& piece = words.piece(static_cast<Token>(i));
    const auto last = piece.find_last_not_of("\"\n ");
    sentence_ends.push_back(last != std::string::npos && (piece[last] == '.' || piece[last] == '!' || piece[last] == '?') &&
                            piece.find("..") == std::string::npos);
  }
}

void Context::append(Token token) {
  fingerprints_.push_back(combined(fingerprint(), static_cast<std::uint64_t>(token)));
  if (token == grammar_.turn_start) turns_.push_back(tokens_.size());
  tokens_.push_back(token);
  std::int32_t before = -1;
  if (tokens_.size() >= 3) {
    const auto index = static_cast<std::int32_t>(tokens_.size()) - 1;
    const auto [entry, fresh] = last_seen_.try_emplace(key_at(tokens_.size() - 1), index);
    if (!fresh) before = std::exchange(entry->second, index);
  }
  seen_before_.push_back(before);
}

void Context::truncate(std::size_t size) {
  if (size >= tokens_.size()) return;
  for (std::size_t i = tokens_.size(); i-- > size;) {
    if (i < 2) continue;
    if (seen_before_[i] >= 0)
      last_seen_[key_at(i)] = seen_before_[i];
    else
      last_seen_.erase(key_at(i));
  }
  tokens_.resize(size);
  fingerprints_.resize(size);
  seen_before_.resize(size);
  while (!turns_.empty() && turns_.back() >= size) turns_.pop_back();
  if (!current_) return;
  if (size < current_->answer)
    current_.reset();
  else
    current_->cursors.resize(std::min(current_->cursors.size(), size - current_->answer + 1));
}

std::optional<Context::Following> Context::following() const {
  if (turns_.empty() || !stands_at(grammar_.answer_header, turns_.back())) return std::nullopt;
  const std::size_t header = turns_.back();
  const std::size_t plain = header + grammar_.answer_header.size();
  const bool thinking = stands_at(grammar_.think_header, plain);
  const std::size_t answer = plain + (thinking ? grammar_.think_header.size() : 0);
  if (!current_ || current_->header != header || current_->answer != answer) {
    Conversation conversation = read_conversation(grammar_.vocabulary, std::span(tokens_).first(plain));
    conversation.thinking = thinking;
    current_ = Current{make_plan(conversation, grammar_.vocabulary, grammar_.ngrams), header, answer, {}};
  }
  const PlanReader reader(current_->plan, grammar_.ngrams, grammar_.sentence_ends, grammar_.vocabulary.end_of_turn());
  std::vector<Cursor>& cursors = current_->cursors;
  if (cursors.empty()) cursors.push_back(reader.start());
  while (cursors.size() <= tokens_.size() - answer)
    cursors.push_back(reader.after(cursors.back(), tokens_[answer + cursors.size() - 1]));
  return Following{current_->plan, cursors.back(), reader, answer};
}

std::uint64_t Context::key_at(std::size_t index) const {
  std::uint64_t key = 3;
  for (std::size_t i = index - 2; i <= index; ++i) key = combined(key, static_cast<std::uint64_t>(tokens_[i]));
  return key;
}

bool Context::stands_at(const std::vector<Token>& wanted, std::size_t at) const {
  return at + wanted.size() <= tokens_.size() &&
         std::equal(wanted.begin(), wanted.end(), tokens_.begin() + static_cast<std::ptrdiff_t>(at));
}

}  // namespace demo
