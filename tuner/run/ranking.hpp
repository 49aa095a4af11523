#pragma once

#include "core/study.hpp"
#include "run/score.hpp"

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

/// The default's seconds over the trial's, from the same visits, each against how slow the machine was at the time; nothing
/// without any.
std::optional<double> search_speed_ratio(const Study& study, const Trial& trial);

/// Deviation of the log of one visit's score, from every configuration that was visited more than once; nothing when
/// none was.
std::optional<double> visit_noise(const Study& study);

/// The eligible trials other than the baseline, best first. For the memory goal: smallest peak among those whose seconds
/// are within the slack of the default's. Between two that the noise cannot tell apart the one with fewer changed
/// parameters comes first.
std::vector<const Trial*> ranked(const Study& study, const Goal& goal, AllowLossy allow_lossy);

/// log(default's score / candidate's score) by complete confirm block A B B A; only where all visits have a rate of the same
/// prompt classes, since a score without one of them is of another mix of work.
std::map<int, double> compared_blocks(const Trial& baseline, const Trial& candidate);

/// The same, in order of blocks.
std::vector<double> block_log_ratios(const Trial& baseline, const Trial& candidate);

/// The first block number that was not begun.
int next_block(const Trial& baseline, const Trial& candidate);

}  // namespace sweetspot
