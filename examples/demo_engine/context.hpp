#pragma once

#include "demo_engine/language_model.hpp"
#include "demo_engine/plan.hpp"

#include <optional>
#include <unordered_map>
#include <vector>

namespace demo {

/// What all sequences of a model share.
struct Grammar {
  const Vocabulary& vocabulary;
  const Ngrams& ngrams;
  std::vector<bool> sentence_ends;  ///< per token
  Token turn_start = 0;
  Token paragraph = 0;               ///< the empty line between two
  std::vector<Token> answer_header;  ///< "<|im_start|>assistant\n"
  std::vector<Token> think_header;   ///< "<think>\n"

  Grammar(const Vocabulary& words, const Ngrams& counts);
};

/// The tokens, and what the model makes of them as it goes: the plan of the last answer, and where the last three tokens
/// stood before. The plan is made when the first next() asks for it.
class Context : public Sequence {
public:
  explicit Context(const Grammar& grammar) : grammar_(grammar) {}

  void append(Token token) override;
  void truncate(std::size_t size) override;
  std::size_t size() const override { return tokens_.size(); }
  std::span<const Token> tokens() const override { return tokens_; }

  /// Of all tokens so far.
  std::uint64_t fingerprint() const { return fingerprints_.empty() ? 0 : fingerprints_.back(); }
  /// The plan and where the answer is in it; nothing outside of an answer.
  struct Following {
    const Plan& plan;
    const Cursor& cursor;
    PlanReader reader;
    std::size_t answer_begin;
  };
  std::optional<Following> following() const;
  /// The position after which the last three tokens stood before; -1 when they did not.
  std::int32_t seen_before() const { return seen_before_.empty() ? -1 : seen_before_.back(); }

private:
  std::uint64_t key_at(std::size_t index) const;
  bool stands_at(const std::vector<Token>& wanted, std::size_t at) const;

  const Grammar& grammar_;
  std::vector<Token> tokens_;
  std::vector<std::uint64_t> fingerprints_;
  std::vector<std::size_t> turns_;  ///< where turns start
  std::unordered_map<std::uint64_t, std::int32_t> last_seen_;
  std::vector<std::int32_t> seen_before_;

  struct Current {
    Plan plan;
    std::size_t header = 0;
    std::size_t answer = 0;
    std::vector<Cursor> cursors;  ///< one more than the answer has tokens
  };
  mutable std::optional<Current> current_;
};

}  // namespace demo
