#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace demo {

/// How sure the model is of a piece of its answer: wording has near ties, values (names, numbers, code, calls) have none.
enum class Firmness : std::uint8_t { wording, code, value };

struct Span {
  std::string text;
  Firmness firmness = Firmness::wording;
  bool special = false;  ///< the text is a special token, not characters that look like one
};

/// A piece of what the model means to say: a text in one of several wordings, then words of its own of a kind of text.
struct Stage {
  std::vector<std::vector<Span>> wordings;  ///< the first is preferred
  std::string free_kind;                    ///< what to go on with, up to `free_tokens` and the end of the sentence
  int free_tokens = 0;
};

/// What the model means to answer.
struct Answer {
  std::vector<Stage> stages;
  std::array<std::string, 3> slots;  ///< what stands for Slot in texts of its own; empty: no such name is known
};

inline Stage said(std::string text, Firmness firmness = Firmness::wording) {
  Stage stage;
  stage.wordings.push_back({Span{std::move(text), firmness, false}});
  return stage;
}

inline Answer plain_answer(std::string text, Firmness firmness = Firmness::wording) {
  Answer answer;
  answer.stages.push_back(said(std::move(text), firmness));
  return answer;
}

}  // namespace demo
