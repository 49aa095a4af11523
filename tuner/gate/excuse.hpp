#pragma once

#include "backends/chat.hpp"
#include "core/interrupt.hpp"
#include "gate/gate.hpp"
#include "gate/reference.hpp"

#include <cstddef>
#include <vector>

namespace sweetspot {

/// Tool prompts whose answer left the reference's at a near tie before any call, and from there on became another answer
/// (gate.md 7.3 rule 5): perhaps the model's own. Positions in `interview.answers`. Streamed and not streamed must agree.
std::vector<std::size_t> left_before_call(const Reference& reference, const Interview& interview);

/// Whether the reference, given the candidate's answer token by token, would have said the same from the near tie on,
/// calls included, but for further near ties. Asks the running reference server.
bool said_by_reference(const ChatTarget& reference_server, const Reference& reference, const CandidateAnswer& answer,
                       const InterruptFlag& interrupt);

}  // namespace sweetspot
