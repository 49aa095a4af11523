#pragma once

#include "core/request_sample.hpp"
#include "core/verdict.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sweetspot {

/// Why the end of a text was not scored.
enum class Unscored {
  nothing,
  character,  ///< a token that leaves a character incomplete is not shown
  length,     ///< it is longer than what is scored of one text
  form,       ///< none of it was: a form was asked for, and what that forbids is not known
  in_all,     ///< none of it was: enough of other texts were
};

/// A candidate's own text scored by the reference from its first divergence on (gate.md 7.3b).
struct ScoredText {
  std::string prompt_id;
  Rescored figures = {};
  std::optional<Evidence> worst = {};  ///< the first miscommit, or else the worst grey token
  Unscored unscored = Unscored::nothing;
};

/// A text to score. `tokens[from]` is the first that the reference did not choose.
struct ForcedText {
  std::string prompt_id;
  std::vector<std::int64_t> prompt;  ///< token ids
  std::vector<std::int64_t> tokens;
  std::vector<std::string> bytes;  ///< of the tokens, where they are known
  std::size_t from = 0;
  std::string before;      ///< text before it, for people
  std::string own;         ///< the candidate's own bytes from there on, where they were tokenised anew
  bool tokenised = false;  ///< by the server's tokenizer, not by the model: the split may differ from what was generated
};

/// The model that is asked: for the next token after these, with its alternatives, and for the ids of a text.
struct Teacher {
  std::function<TokenRecord(const std::vector<std::int64_t>& tokens)> next;
  std::function<std::vector<std::int64_t>(const std::string& text)> tokenize;
};

/// Asks for an opinion of at most `positions` tokens. A text that was tokenised anew is a miscommit only where no split of it
/// into near ties is found: a model may write "Gra" as "G" and "ra", and a tokenizer does not know.
ScoredText forced(const Teacher& teacher, ForcedText text, std::int64_t positions, double tie_margin);

}  // namespace sweetspot
