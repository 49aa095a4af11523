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

/// One or two tool prompts that fail while the others are right: worth asking the reference once more before it rejects
/// (gate.md 7.4, tolerated tool regressions). Positions in `interview.answers`; none when more fail.
std::vector<std::size_t> lone_tool_failures(const Reference& reference, const Interview& interview);

/// Whether the running reference server still makes the calls that it is known for.
bool still_calls(const ChatTarget& reference_server, const ReferenceAnswer& known, const InterruptFlag& interrupt);

}  // namespace sweetspot
