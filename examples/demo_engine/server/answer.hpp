#pragma once

#include "demo_engine/language_model.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// The nouns that pass from the tokens to the wire.
namespace demo {

/// A token that was decided, with what was probable in its place; `top` is empty unless it was asked for.
struct TokenRecord {
  Token token = 0;
  double logprob = 0;
  std::vector<Choice> top;
};

/// What one pass of the model brought.
struct Step {
  std::vector<TokenRecord> tokens;
  int drafted = 0;
  int accepted = 0;
};

/// A part of a tool call. The first part of a call bears id and name.
struct CallDelta {
  std::optional<int> index = 0;
  bool starts = false;
  std::optional<std::string> id;
  std::optional<std::string> name;
  std::string arguments;
  bool arguments_as_object = false;
};

/// What one piece of a stream brings.
struct Delta {
  /// What becomes of the answer after this piece.
  enum class Then { go_on, hang_up, keep_alive };

  std::string reasoning;
  std::string content;
  std::vector<CallDelta> calls;
  std::vector<TokenRecord> records;
  int tokens = 0;
  bool last = false;
  std::string error;  ///< an error event in its place
  Then then = Then::go_on;

  bool empty() const { return reasoning.empty() && content.empty() && calls.empty() && error.empty(); }
};

/// A tool call as the model wrote it, before it is cut into deltas.
struct WholeCall {
  std::optional<int> index;
  std::optional<std::string> id;
  std::optional<std::string> name;
  std::string arguments;
  bool arguments_as_object = false;
  bool split = false;  ///< the arguments come again in an entry of their own, without id and name
  enum class Fate { call, content, nothing } fate = Fate::call;
};

struct Counts {
  std::int64_t prompt = 0;  ///< tokens
  std::int64_t cached = 0;  ///< of them
  std::int64_t completion = 0;
  std::int64_t completion_said = 0;  ///< in the usage
  std::int64_t drafted = 0;
  std::int64_t accepted = 0;
  double prompt_ms = 0;
  double predicted_ms = 0;
  std::int64_t timed_prompt = 0;  ///< tokens that prompt_ms is said to be the time of
};

struct Ending {
  std::string finish_reason = "stop";
  Counts counts;
};

}  // namespace demo
