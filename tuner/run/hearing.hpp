#pragma once

#include "backends/chat.hpp"
#include "core/interrupt.hpp"
#include "gate/gate.hpp"
#include "gate/reference.hpp"
#include "gate/rescore.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace sweetspot {

/// What a running reference said about a candidate's answers.
struct Hearing {
  std::vector<std::size_t> excused;               ///< positions in Interview::answers: the model's own text, too (excuse.hpp)
  std::optional<std::vector<ScoredText>> scores;  ///< of every text that differs; none: not asked
};

/// The gate's verdict with what was heard so far.
using Judging = std::function<Verdict(const Hearing&)>;

/// Broken so far, but by answers alone that may be the model's own after a near tie, or by so few of them that the reference
/// is asked once more.
bool undecided(const Reference& reference, const Verdict& so_far, const Interview& answers);

/// Asks the running reference what the verdict still depends on: what may be excused first, then the score of each text that
/// differs. `lossy`: the figures are wanted of what is broken, too. Throws TrialError when the reference fails.
void hear(const ChatTarget& reference_server, const Reference& reference, const Interview& answers, bool lossy,
          const Judging& judge, Verdict& verdict, Hearing& hearing, const InterruptFlag& interrupt);

}  // namespace sweetspot
