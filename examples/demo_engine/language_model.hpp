#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace demo {

using Token = std::int32_t;

struct Choice {
  Token token = 0;
  double logprob = 0;  ///< natural logarithm
};

/// The most probable next tokens, best first, at least ten; their probabilities sum to at most 1.
struct Distribution {
  std::vector<Choice> choices;
};

/// Text <-> tokens. Every byte string has an encoding, and decode(encode(text)) == text. Special tokens (end of text, end of
/// turn, think and tool-call markers) are tokens of their own; encode() finds them in text only when told to.
class Vocabulary {
public:
  enum class Specials { parse, as_text };
  Vocabulary();
  std::vector<Token> encode(std::string_view text, Specials specials) const;
  const std::string& piece(Token token) const;  ///< its bytes; one token may be a part of a UTF-8 character
  std::string decode(std::span<const Token> tokens) const;
  std::size_t size() const;
  bool special(Token token) const;
  Token end_of_turn() const;  ///< "<|im_end|>": ends an answer

private:
  struct Tables;
  std::shared_ptr<const Tables> tables_;
};

/// How exactly the logits come out. Equal numerics give equal logits for equal contexts, in any process on any machine.
struct Numerics {
  double kernel_noise = 0;   ///< nat, standard deviation: other batch shapes, flash attention, repacked weights; benign at 0.05
  std::uint64_t kernel = 0;  ///< which noise: another number, other noise
  double cache_noise = 0;    ///< nat, standard deviation per position: a quantised KV cache; 0.02 for q8_0, 0.8 for q4_0 keys
  double cache_growth = 0;   ///< added to cache_noise per 1,000 tokens of context
  bool operator==(const Numerics&) const = default;
};

enum class ModelSize { target, draft, weak_draft };

/// A sequence as the model sees it: what was asked, what was answered so far. Append is amortised constant time.
class Sequence {
public:
  virtual ~Sequence() = default;
  virtual void append(Token token) = 0;
  virtual void truncate(std::size_t size) = 0;  ///< back to the first `size` tokens: rejected drafts, another turn
  virtual std::size_t size() const = 0;
  virtual std::span<const Token> tokens() const = 0;
};

/// A small deterministic language model over text of our own: n-gram counts with back-off, an induction part that copies and
/// continues what its context contains, and an instructed part that reads the last turn (ChatML) and knows what to answer:
/// tool calls for the tools offered, sums, copies, JSON, a story, a function. Its smaller sizes know less: they are its drafts.
class LanguageModel {
public:
  explicit LanguageModel(ModelSize size);
  ~LanguageModel();
  LanguageModel(LanguageModel&&) noexcept;
  LanguageModel& operator=(LanguageModel&&) noexcept;
  const Vocabulary& vocabulary() const;
  std::unique_ptr<Sequence> sequence() const;
  Distribution next(const Sequence& sequence, const Numerics& numerics) const;

private:
  struct Knowledge;
  std::unique_ptr<Knowledge> knowledge_;
};

/// The chat template: OpenAI messages and tools (JSON texts, tools may be empty) -> the prompt's text, ChatML, ending with
/// "<|im_start|>assistant\n". Throws std::invalid_argument that names what is wrong with a message.
std::string apply_chat_template(std::string_view messages_json, std::string_view tools_json, bool reasoning);

}  // namespace demo
