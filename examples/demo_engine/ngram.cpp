#include "demo_engine/ngram.hpp"

#include "demo_engine/hash.hpp"

#include <algorithm>
#include <stdexcept>
#include <tuple>

namespace demo {
namespace {

constexpr std::size_t kept_max = 192;  // continuations per context; the rest would never be among the best

std::uint64_t context_key(const Ngrams::Context& context, std::size_t length) {
  std::uint64_t key = length;
  for (std::size_t i = context.size() - length; i < context.size(); ++i)
    key = combined(key, static_cast<std::uint64_t>(context[i]));
  return key;
}

struct Sighting {
  std::uint64_t key = 0;
  Token token = 0;
  Kinds kinds = 0;
};

/// Smaller models remember less; which, depends on the continuation alone.
bool forgotten(const Sighting& sighting, double share) {
  return share > 0 && unit(combined(sighting.key, static_cast<std::uint64_t>(sighting.token) + 77)) < share;
}

}  // namespace

Ngrams::Ngrams(const Vocabulary& vocabulary, const NgramOptions& options)
    : order_(static_cast<std::size_t>(options.order)), first_slot_(static_cast<Token>(vocabulary.size())) {
  std::vector<Sighting> sightings;
  for (const Document& document : corpus_documents()) {
    const auto [kind, fresh] = kind_bits_.try_emplace(std::string(document.kind), Kinds{1} << kind_bits_.size());
    if (kind_bits_.size() > 64) throw std::logic_error("the corpus has more than 64 kinds of texts");
    std::vector<Token> tokens = encoded(vocabulary, document.text);
    tokens.push_back(vocabulary.end_of_turn());
    Context context;
    context.fill(vocabulary.end_of_turn());
    for (const Token token : tokens) {
      for (std::size_t length = 0; length < order_; ++length)
        sightings.push_back({context_key(context, length), token, kind->second});
      std::rotate(context.begin(), context.begin() + 1, context.end());
      context.back() = token;
    }
  }
  std::erase_if(sightings, [&](const Sighting& sighting) { return forgotten(sighting, options.forgotten); });
  std::ranges::sort(sightings,
                    [](const Sighting& a, const Sighting& b) { return std::tie(a.key, a.token) < std::tie(b.key, b.token); });
  for (std::size_t i = 0; i < sightings.size();) {
    const std::uint64_t key = sightings[i].key;
    const auto begin = continuations_.size();
    for (; i < sightings.size() && sightings[i].key == key; ++i) {
      if (continuations_.size() == begin || continuations_.back().token != sightings[i].token)
        continuations_.push_back({sightings[i].token, 0, 0});
      continuations_.back().count += 1;
      continuations_.back().kinds |= sightings[i].kinds;
    }
    const auto first = continuations_.begin() + static_cast<std::ptrdiff_t>(begin);
    std::sort(first, continuations_.end(), [](const Continuation& a, const Continuation& b) {
      return a.count != b.count ? a.count > b.count : a.token < b.token;
    });
    if (continuations_.size() - begin > kept_max) continuations_.resize(begin + kept_max);
    ranges_[key] = {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(continuations_.size() - begin)};
  }
}

std::span<const Continuation> Ngrams::after(const Context& context, std::size_t length) const {
  const auto range = ranges_.find(context_key(context, length));
  if (range == ranges_.end()) return {};
  return {continuations_.data() + range->second.begin, range->second.size};
}

Kinds Ngrams::kinds(std::string_view name) const {
  Kinds bits = 0;
  for (const auto& [kind, bit] : kind_bits_) {
    if (kind == name || (kind.starts_with(name) && kind[name.size()] == ' ')) bits |= bit;
  }
  return bits;
}

Token Ngrams::slot_token(Slot slot, bool spaced) const {
  return first_slot_ + static_cast<Token>(slot) + (spaced ? static_cast<Token>(slot_count) : 0);
}

std::pair<Slot, bool> Ngrams::slot_of(Token token) const {
  const auto index = static_cast<std::size_t>(token - first_slot_);
  return {static_cast<Slot>(index % slot_count), index >= slot_count};
}

std::vector<Token> Ngrams::encoded(const Vocabulary& vocabulary, std::string_view text) const {
  static constexpr std::array<std::string_view, slot_count> marks = {"{A}", "{B}", "{T}"};
  std::vector<Token> tokens;
  while (!text.empty()) {
    std::size_t at = text.size();
    std::size_t slot = 0;
    for (std::size_t i = 0; i < marks.size(); ++i) {
      if (const auto found = text.find(marks[i]); found < at) {
        at = found;
        slot = i;
      }
    }
    const bool spaced = at < text.size() && at > 0 && text[at - 1] == ' ';
    const std::vector<Token> plain = vocabulary.encode(text.substr(0, spaced ? at - 1 : at), Vocabulary::Specials::as_text);
    tokens.insert(tokens.end(), plain.begin(), plain.end());
    if (at == text.size()) break;
    tokens.push_back(slot_token(static_cast<Slot>(slot), spaced));
    text.remove_prefix(at + marks[slot].size());
  }
  return tokens;
}

}  // namespace demo
