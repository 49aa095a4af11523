#pragma once

#include "run/plan.hpp"
#include "run/session.hpp"

#include <string>

namespace sweetspot {

/// What measuring default and candidate at these depths will take, seconds: kept from the rest of the study.
double depth_seconds(const Observation& seen, const std::vector<std::int64_t>& depths);

/// The default and what is recommended at the settings' depths, one launch each; where the default is kept, the best other
/// one. Only what was not measured there before. Nothing without depths.
void measure_depths(StudySession& session);

/// Depths at which the candidate is slower than the default although it is faster elsewhere, in words; empty: none.
std::string slower_at_depth(const Trial& baseline, const Trial& candidate);

}  // namespace sweetspot
