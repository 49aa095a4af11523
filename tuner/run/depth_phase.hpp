#pragma once

#include "run/plan.hpp"
#include "run/session.hpp"

#include <string>
#include <vector>

namespace sweetspot {

/// What measuring one configuration at the settings' depths, and through their session, will take, seconds.
double depth_seconds(const Observation& seen, const StudySettings& settings);

/// What each visit takes for its goal beside its own prompts: the deepest context (long-context), or `clients` at once (batch; 0:
/// one) at no more than one client's speed together.
double seconds_for_goal(const Observation& seen, const StudySettings& settings, int clients);

/// Of the budget that is kept for it, default and candidate together: never more than half.
double depth_reserve_seconds(double one_s, double budget_s);

/// The default and what is recommended at the settings' depths and through their session, one launch each; where the default is
/// kept, the best other one. Only what was not measured there before, and what there is time for when one takes `one_s`. Nothing
/// where neither was asked for.
void measure_depths(StudySession& session, double one_s);

/// Depths at which the candidate is slower than the default in anything although it is faster elsewhere, to the first token of a
/// text that is new or known, or decoding, in words; empty: none.
std::string slower_at_depth(const Trial& baseline, const Trial& candidate);

/// The same where the default is kept: where the best other one that was measured at depth is faster in anything, as the end of a
/// sentence; empty: nowhere.
std::string faster_at_depth(const Trial& baseline, const std::vector<const Trial*>& best_first);

}  // namespace sweetspot
