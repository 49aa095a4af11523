#pragma once

#include "core/study.hpp"
#include "run/study_loop.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace sweetspot {

/// Geometric mean of the visits' scores in these phases, seconds; nothing without any.
std::optional<double> mean_score(const Trial& trial, const std::set<Phase>& phases);

/// All visits that were made while searching (search and anchor phases).
std::optional<double> search_score(const Trial& trial);

/// How many of them gave a score.
int search_visits(const Trial& trial);

/// The default's seconds over the trial's, from the same visits, each against how slow the machine was at the time; nothing
/// without any.
std::optional<double> search_speed_ratio(const Study& study, const Trial& trial);

/// How much the log of one visit's score varies.
struct VisitNoise {
  double deviation = 0;
  int degrees = 0;  ///< of freedom
};

/// From every configuration that was visited more than once, each visit against how slow the machine was at the time: the
/// default tells that of the search and the race, the block that of the confirm. Nothing when none was.
std::optional<VisitNoise> visit_noise(const Study& study);

/// Bytes at the peak of a usual launch: the median of the visits, so that one that was visited more often does not come out
/// larger. Those for the depths, which only two configurations have, do not count. Nothing when it is not known.
std::optional<double> usual_peak_bytes(const Trial& trial);

/// Default's bytes over the trial's; nothing when one is not known.
std::optional<double> memory_ratio(const Study& study, const Trial& trial);

/// For the memory goal: as much less memory than the default as would be worth leaving it. True for every other goal.
bool saves_enough(const Study& study, const Trial& trial, const StudySettings& settings);

/// The eligible trials other than the baseline, best first. For the memory goal: smallest peak among those that save enough
/// and whose seconds are within the slack of the default's. Between two that the noise cannot tell apart the one with fewer
/// changed parameters comes first.
std::vector<const Trial*> ranked(const Study& study, const StudySettings& settings);

/// log(default's score / candidate's score) by complete confirm block A B B A; only where all visits have a rate of the same
/// prompt classes, since a score without one of them is of another mix of work.
std::map<int, double> compared_blocks(const Trial& baseline, const Trial& candidate);

/// The same, in order of blocks.
std::vector<double> block_log_ratios(const Trial& baseline, const Trial& candidate);

/// The first block number that was not begun.
int next_block(const Trial& baseline, const Trial& candidate);

}  // namespace sweetspot
