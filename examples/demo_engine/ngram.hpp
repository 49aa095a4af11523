#pragma once

#include "demo_engine/corpus.hpp"
#include "demo_engine/language_model.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace demo {

/// In texts that the model has learned, words that stand for something of the prompt. As tokens they are numbered on after
/// the vocabulary's; with the space before them they are the second half.
enum class Slot : std::uint8_t { first_name, second_name, hero };
inline constexpr std::size_t slot_count = 3;

/// Which of the kinds of texts a count was made in, one bit each.
using Kinds = std::uint64_t;

/// What smaller models know less of.
struct NgramOptions {
  int order = 5;         ///< tokens, the predicted one included; at most 5
  double forgotten = 0;  ///< share of the continuations that are not kept
};

struct Continuation {
  Token token = 0;
  float count = 0;
  Kinds kinds = 0;
};

/// Counts of what followed what in the corpus, for contexts of up to four tokens.
class Ngrams {
public:
  static constexpr std::size_t context_max = 4;
  using Context = std::array<Token, context_max>;  ///< the last one is the newest

  Ngrams(const Vocabulary& vocabulary, const NgramOptions& options);

  /// What followed the last `length` tokens of the context, most frequent first; empty when they were never met.
  std::span<const Continuation> after(const Context& context, std::size_t length) const;
  /// The bit of a kind and of all that begin with it and a space; 0 when there is none.
  Kinds kinds(std::string_view name) const;
  std::size_t order() const { return order_; }
  Token slot_token(Slot slot, bool spaced) const;
  /// Slot and spaced of such a token.
  std::pair<Slot, bool> slot_of(Token token) const;
  bool is_slot(Token token) const { return token >= first_slot_; }

private:
  struct Range {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;
  };
  std::vector<Token> encoded(const Vocabulary& vocabulary, std::string_view text) const;

  std::size_t order_;
  Token first_slot_;
  std::map<std::string, Kinds, std::less<>> kind_bits_;
  std::unordered_map<std::uint64_t, Range> ranges_;
  std::vector<Continuation> continuations_;
};

}  // namespace demo
