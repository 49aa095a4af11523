#pragma once

#include "core/study.hpp"
#include "run/compare_run.hpp"

#include <string>

namespace sweetspot {

/// What a quick check says of a default that was kept.
void judge_default(const Verdict& verdict, Reverification& again);

/// What a comparison with the default (a) says of a saved winner (b). Its gain holds where the blocks, with the noise of those
/// that once confirmed it, show it faster than the default; it is lost where they show less than was saved at the least;
/// between the two they could not tell. For goal memory it must still take as much less memory as is worth leaving the
/// default for, and not be much slower.
void judge_winner(const Study& saved, const StudySettings& settings, const CompareReport& now, Reverification& again);

/// What of the recommendation this build cannot be started with.
void judge_refused(const std::string& reason, Reverification& again);

/// Whether it holds, and what to do where it does not.
std::string answer_text(const Reverification& again);

}  // namespace sweetspot
