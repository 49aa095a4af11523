#pragma once

#include "backends/chat.hpp"
#include "core/interrupt.hpp"
#include "core/verdict.hpp"
#include "gate/reference.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace sweetspot {

/// How far the candidate's distribution of the next token is from the reference's, on the reference's own text (G12): the
/// candidate is given what the reference wrote and asked for its next token, at `positions` places spread evenly over answers
/// to short and long contexts alike; to the user's own prompts alone where those are answered at such a length. Nothing where the
/// engine gives no log probabilities, or time ran out before there was enough.
std::optional<Quality> measured_quality(const ChatTarget& candidate, const Reference& reference, std::int64_t positions,
                                        std::chrono::steady_clock::time_point deadline, const InterruptFlag& interrupt);

/// The answers to measure on: those to the user's own prompts where they have tokens enough for all `places`, else all that are
/// sound and no tool calls.
std::vector<const ReferenceAnswer*> quality_texts(const Reference& reference, std::size_t places);

/// `count` places among `tokens` (at least as many), evenly spread: the first tokens of an answer are those that everybody
/// agrees about.
std::vector<std::size_t> spread_places(std::size_t tokens, std::size_t count);

/// Lower bound in nat of the Kullback-Leibler divergence D(p || q), from two lists of most probable tokens: tokens that
/// both list count one by one, all others together (data processing inequality).
double kl_divergence_least(const std::vector<TokenAlternative>& p, const std::vector<TokenAlternative>& q);

/// "KLD 0.003100 nat a token (mild), same first choice at 97.7 % of 256 positions, perplexity 1.412 (1.398)": grades of
/// gate.md 7.4; the perplexity in brackets is the reference's.
std::string quality_text(const Quality& quality);

}  // namespace sweetspot
