#pragma once

#include "core/prompt.hpp"
#include "run/live_runner.hpp"
#include "run/score.hpp"
#include "run/trial_runner.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace sweetspot {

/// What a study will do with the user's time, planned from this machine's measured speed (measurement.md "Time is the
/// user's").
struct StudyPlan {
  ReferenceSize reference;
  TimedEffort search;
  TimedEffort confirm;
  double reference_s = 0;  ///< what the search needs of it, over chat and the other APIs
  double visit_s = 0;      ///< launch and timing, while searching
  double candidate_s = 0;  ///< that and the quick check
  double confirm_block_s = 0;
  double finalist_s = 0;  ///< the rest of the reference, the standard and the fresh check, draws
  std::size_t configurations = 0;
  double whole_s = 0;  ///< everything, if every configuration is tried
};

/// `budget_s` 0: no limit (check); then the reference is kept within some minutes. `apis`: those that the gate looks at beside
/// chat, each with a reference and an interview of its own; they leave chat's size as it is. `beside_s`: what each visit takes
/// for the goal beside its own prompts (a deep context).
StudyPlan planned(const Observation& observation, const std::vector<Prompt>& gate_prompts, std::size_t configurations,
                  const Goal& goal, double budget_s, const std::vector<Api>& apis, double beside_s = 0);

/// "40 s", "6 min".
std::string duration_text(double seconds);

/// What checking so many sides takes, and a block A B B A where two are compared; for the user, before the start.
std::string sides_estimate_text(const StudyPlan& plan, int sides, Tier tier);

/// "about 6 min: reference 40 s, 6 configurations at 11 s, confirm 2 min"; for the user, before the start.
std::string estimate_text(const StudyPlan& plan, double budget_s);

}  // namespace sweetspot
