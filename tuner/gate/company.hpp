#pragma once

#include "backends/chat.hpp"
#include "core/interrupt.hpp"
#include "gate/check.hpp"
#include "gate/reference.hpp"

#include <cstddef>
#include <vector>

namespace sweetspot {

/// An answer, and when its request was sent: milliseconds after some moment that all of a set have in common.
struct SentAnswer {
  double sent_ms = 0;
  const RequestSample* answer = nullptr;
};

/// How many tokens arrived while another answer of the set was arriving too: from its first token to its last.
double tokens_in_company(const std::vector<SentAnswer>& answers);

/// Answers to requests that were sent at once.
struct Company {
  std::vector<StateAnswer> answers;
  double tokens = 0;  ///< of them in company
};

/// The prompts all at once, each on a connection of its own, and again until enough tokens have been in company, at most so
/// many rounds: a fast server may have answered one before it reads the other, and then nothing was seen. Throws what any of
/// the requests throws, after all have ended.
Company ask_in_company(const ChatTarget& candidate, const Reference& reference, const std::vector<std::size_t>& prompts,
                       int rounds, const InterruptFlag& interrupt);

}  // namespace sweetspot
