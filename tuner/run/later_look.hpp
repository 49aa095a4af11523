#pragma once

#include "core/trial.hpp"
#include "core/verdict.hpp"
#include "gate/reference.hpp"

#include <optional>

namespace sweetspot {

/// What several looks at one configuration say together: the worst outcome holds, except that a look which told nothing gives
/// way to the next one. Fresh prompts (Tier::fresh, G14) add their counts to the verdict that chose the configuration; where
/// the time ended them early that is told in not_verified and takes nothing from it, and any other inconclusive end does.
/// @param tier  of the later look; nothing: the fault showed while it was timed
Verdict with_later_look(std::optional<Verdict> before, Verdict later, std::optional<Tier> tier);

/// Inconclusive, and says what it waits for.
Verdict waiting_verdict(Verdict so_far);
bool waits(const Verdict& verdict);

}  // namespace sweetspot
