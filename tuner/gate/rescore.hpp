#pragma once

#include "core/interrupt.hpp"
#include "core/verdict.hpp"
#include "gate/check.hpp"
#include "gate/reference.hpp"
#include "gate/teacher_forcing.hpp"

#include <vector>

namespace sweetspot {

/// G6: where each answer leaves the reference, with the reference's margin there. At most one per answer (streamed or not).
std::vector<Divergence> greedy_divergences(const Reference& reference, const std::vector<CandidateAnswer>& answers);

/// Whether any text differs so that only re-scoring can speak of what follows.
bool needs_rescoring(const Reference& reference, const std::vector<CandidateAnswer>& answers);

/// G7: asks the reference server for its opinion of every token from the first divergence on. Ends early when
/// `miscommits_enough` were seen.
std::vector<ScoredText> rescore(const ChatTarget& reference_server, const Reference& reference,
                                const std::vector<CandidateAnswer>& answers, int miscommits_enough,
                                const InterruptFlag& interrupt);

/// The same by any teacher.
std::vector<ScoredText> rescore(const Teacher& teacher, const Reference& reference, const std::vector<CandidateAnswer>& answers,
                                int miscommits_enough);

/// Sum over the texts; worst margin is the largest.
Rescored total(const std::vector<ScoredText>& texts);

}  // namespace sweetspot
