#pragma once

#include "backends/chat.hpp"
#include "core/interrupt.hpp"
#include "gate/gate.hpp"
#include "gate/reference.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace sweetspot {

/// Whether what fails this check may be the model's own text after a near tie (gate.md 7.3 rule 5): its calls, loops and
/// markup, facts in long prompts.
bool may_be_excused(std::string_view check);

/// Whether the answer left the reference's at a near tie, before any call, and can be replayed token by token from there.
bool left_at_tie(const Reference& reference, const CandidateAnswer& answer);

/// Answers that fail such a check and left at a near tie: the reference has to be asked. A small model loops by itself on one
/// side of a tie and not on the other. Positions in `interview.answers`.
std::vector<std::size_t> perhaps_its_own(const Reference& reference, const Interview& interview);

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
