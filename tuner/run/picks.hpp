#pragma once

#include "run/study_loop.hpp"

namespace sweetspot {

/// What the visits so far would choose for each goal whose parts were measured (`Study::picks`): the default, unless another that
/// is eligible is ahead of it by more than the noise of their visits. Not confirmed: a pick is where to look, not a claim.
void add_picks(Study& study, const StudySettings& settings);

}  // namespace sweetspot
