#pragma once

#include "run/study_loop.hpp"

namespace sweetspot {

/// What each goal whose parts were measured would choose (`Study::picks`): the study's own its recommendation; others, by the
/// visits so far, the default, unless another that is eligible is ahead of it by more than the best of so many would be by noise
/// alone. Not confirmed: a pick is where to look, not a claim.
void add_picks(Study& study, const StudySettings& settings);

}  // namespace sweetspot
