#pragma once

#include "backends/chat.hpp"
#include "core/interrupt.hpp"
#include "core/verdict.hpp"
#include "gate/check.hpp"
#include "gate/reference.hpp"

#include <string>
#include <vector>

namespace sweetspot {

/// Another engine with the same weights, which scores where the engine under test gives no log probabilities or takes no
/// token ids (gate.md 7.3c).
struct Scorer {
  std::string name;
  Reference opinion;    ///< its own plain answers to the reference's prompts, at the same indices
  std::string refusal;  ///< why it cannot be relied on: the empirical band decides; empty: it agrees with the reference
};

/// Asks the running scorer the reference's prompts, and for its opinion of the reference's own texts: they must stand by
/// the rules that candidates are held to, or else weights or templates are not the same. Throws TrialError.
Scorer heard_scorer(const std::string& name, const ChatTarget& server, const Reference& reference,
                    const ReferenceProgress& progress, const InterruptFlag& interrupt);

/// The texts, streamed or not, that differ from the reference's, each as an answer of its own and without the tokens of the
/// engine under test: what they mean to the scorer is not known.
std::vector<CandidateAnswer> differing_texts(const Reference& reference, const std::vector<CandidateAnswer>& answers);

/// The first of the texts that the scorer cannot place, having no answer of its own to the prompt: its id, or empty.
std::string unknown_prompt(const Scorer& scorer, const std::vector<CandidateAnswer>& texts);

/// Where each of the texts leaves the scorer's own answer, with its margin there; "agree" where it does not.
std::vector<Divergence> scored_divergences(const Scorer& scorer, const std::vector<CandidateAnswer>& texts);

}  // namespace sweetspot
