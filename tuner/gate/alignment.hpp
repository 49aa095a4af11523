#pragma once

#include "core/prompt.hpp"
#include "core/request_sample.hpp"
#include "core/verdict.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sweetspot {

/// What the reference thinks of a token that a candidate chose at one of its positions (gate.md 7.3).
struct TokenJudgement {
  enum class Class { agree, tie, grey, miscommit };
  Class classification = Class::agree;
  std::optional<double> margin;  ///< nat; nothing when the token is outside the alternatives
  std::optional<int> rank;       ///< from 1
  double margin_at_least = 0;    ///< the margin, or that of the last alternative shown
};

/// By token id.
TokenJudgement judge_token(const TokenRecord& reference, std::int64_t candidate, double tie_margin);

/// By text, where ids are missing: the longest alternative that the candidate's continuation starts with. An empty
/// continuation is the end of the text, which control tokens (no bytes) stand for.
TokenJudgement judge_text(const TokenRecord& reference, std::string_view continuation, double tie_margin);

/// The same by the likeliest alternative: a model may write "Gra" as "G", "r" and "a". Lenient, and therefore only for texts
/// whose rest is judged from there on.
TokenJudgement judge_split(const TokenRecord& reference, std::string_view continuation, double tie_margin);

/// The first place where a text leaves the reference's.
struct TextDivergence {
  std::size_t token = 0;  ///< index into the reference's tokens
  std::size_t byte = 0;   ///< into the channel's text
  bool in_reasoning = false;
  std::string continuation;  ///< the candidate's bytes from the start of that token on
};

/// Compares reasoning, then text, of `sample` with the reference's plain answer, and maps the first different byte to the
/// reference's token that covers it. Nothing when both are equal.
std::optional<TextDivergence> first_text_divergence(const RequestSample& reference, const RequestSample& sample);

/// What the reference thinks of a text's first difference. The token before it may already be another one: "." and ".\n"
/// share their text, as do " " and " i".
TokenJudgement judge_divergence(const RequestSample& reference, const TextDivergence& divergence, double tie_margin);

/// Every token of the answer is listed. llama-server leaves out those that end within a character, so that ids and positions
/// of such an answer cannot be relied on; its bytes can. The tokens of a stop text it counts and leaves out: they are no part
/// of the answer.
bool lists_every_token(const Prompt& prompt, const RequestSample& sample);

/// Index of the first token that belongs to a tool call (or that follows the last text); tokens.size() when none does.
std::size_t first_call_token(const RequestSample& sample);

/// First index where the token ids differ; nothing when both sequences are equal.
std::optional<std::size_t> first_token_divergence(const RequestSample& reference, const RequestSample& candidate);

/// `expected` and `observed` around the first difference of two texts, for a person: a few words before it, some after.
Evidence excerpt(const std::string& prompt_id, std::string_view expected, std::string_view observed, const std::string& detail);

std::string_view to_string(TokenJudgement::Class classification);

}  // namespace sweetspot
