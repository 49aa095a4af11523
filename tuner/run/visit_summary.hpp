#pragma once

#include "core/trial.hpp"
#include "run/study_loop.hpp"

#include <vector>

namespace sweetspot {

/// What these visits of one configuration say together: medians over all their requests, the largest memory, every finding once.
/// The score is the geometric mean of the visits'. At least one visit; their order is that in which they were made.
Measurement measured_in(const std::vector<const Visit*>& visits, const StudySettings& settings);

/// Of the default and a candidate in the blocks that both went through, which are all that is published of a gain
/// (measurement.md "Order beats sample count"). False, and both as they were, when there is no such block.
bool measured_in_confirm(const Trial& baseline, const Trial& candidate, const StudySettings& settings, Measurement& of_baseline,
                         Measurement& of_candidate);

}  // namespace sweetspot
