#pragma once

#include "demo_engine/answer.hpp"
#include "demo_engine/conversation.hpp"
#include "demo_engine/language_model.hpp"
#include "demo_engine/ngram.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace demo {

struct PlannedToken {
  Token token = 0;
  Firmness firmness = Firmness::wording;
};

struct PlannedStage {
  std::vector<std::vector<PlannedToken>> wordings;  ///< at least one, which may be empty
  Kinds kinds = 0;                                  ///< of texts that words of its own are taken from; 0: any
  int free_tokens = 0;
  bool new_text = false;  ///< words of its own begin like a text, not in its midst
};

/// An intended answer in tokens. Its last stage is the end of the turn.
struct Plan {
  std::vector<PlannedStage> stages;
  std::array<std::array<std::vector<Token>, 2>, slot_count> slots;  ///< tokens of the names, bare and with a space before
  std::uint64_t seed = 0;                                           ///< of what was asked; the same for the same question
  int tokens_expected = 0;                                          ///< an answer that lost its plan ends not long after these
};

/// Where in its plan an answer is, and what else the next token depends on. One is kept for every token of the answer, so
/// that tokens can be taken back.
struct Cursor {
  Ngrams::Context context{};      ///< the last tokens, names as slots
  std::uint64_t answer_hash = 0;  ///< of all tokens of the answer
  std::int32_t stage = 0;
  std::int32_t position = 0;      ///< in the wording; at its end words of its own follow
  std::int32_t stage_tokens = 0;  ///< words of its own so far
  std::int32_t length = 0;
  Token last = -1;
  std::int16_t slot = -1;  ///< a name that is being written: slot * 2 + spaced
  std::int16_t slot_at = 0;
  std::uint8_t wordings = 0xFF;  ///< bit set: what was written so far fits
  std::uint8_t wording = 0;
  std::uint8_t misses = 0;  ///< tokens in a row that are not the plan's
  bool lost = false;        ///< too many: goes on without, until the plan's words appear again
};

Plan make_plan(const Conversation& conversation, const Vocabulary& vocabulary, const Ngrams& ngrams);

/// What a plan is followed with: it holds no state of its own.
class PlanReader {
public:
  PlanReader(const Plan& plan, const Ngrams& ngrams, const std::vector<bool>& sentence_ends, Token end_of_turn)
      : plan_(plan), ngrams_(ngrams), sentence_ends_(sentence_ends), end_(end_of_turn) {}

  Cursor start() const;
  Cursor after(Cursor cursor, Token token) const;
  /// Whether words of the model's own are due, not the plan's.
  bool is_free(const Cursor& cursor) const;
  /// Whether free words have gone on long enough and a sentence has just ended.
  bool may_leave(const Cursor& cursor) const;
  const PlannedStage* stage(const Cursor& cursor) const;
  const PlannedToken* planned(const Cursor& cursor, std::size_t ahead = 0) const;
  /// The first token of the stage after this one.
  const PlannedToken* next_stage(const Cursor& cursor) const;

private:
  void push_context(Cursor& cursor, Token token) const;
  void follow(Cursor& cursor, Token token) const;
  void find_again(Cursor& cursor, Token previous, Token token) const;
  void settle(Cursor& cursor) const;

  const Plan& plan_;
  const Ngrams& ngrams_;
  const std::vector<bool>& sentence_ends_;
  Token end_;
};

}  // namespace demo
