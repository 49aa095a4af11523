#pragma once

#include "core/statistics.hpp"
#include "run/session.hpp"

namespace sweetspot {

/// Of the budget, kept for the finalists' check and the confirm (measurement.md).
inline constexpr double confirm_reserve_share = 0.30;
inline constexpr double check_share_most = 0.25;  ///< of the budget, for the finalist's check

inline constexpr int confirm_blocks_least = 6;  ///< E cannot reach 20 before the fifth
inline constexpr int confirm_blocks_most = 24;

/// What searching leaves of the budget to the confirm, whose least number of blocks takes `confirm_s`, and to the finalist's
/// check.
double reserved_seconds(double budget_s, double confirm_s, double finalist_s);

/// What the least number of blocks takes.
double confirm_seconds_least(const StudySession& session);

/// Not so slow in the search, with what noise may have taken, that a confirm could only prove it slower.
bool worth_confirming(const StudySession& session, const Trial& candidate);

/// What the blocks say of a candidate. `open` before confirm_blocks_least.
enum class Standing { open, gains, no_gain };
Standing standing(const ConfirmDecision& decision, const StudySettings& settings);
/// The log ratio that is published of one that gains: less than the blocks' mean where that only just crossed the line, since
/// those that came short are never heard of. Never below the middle between that mean and the interval's end: near the line the
/// likeliest truth is anything.
double published_log_ratio(const ConfirmDecision& decision, const StudySettings& settings);
ConfirmDecision decision_on(const Study& study, const Trial& candidate);
ConfirmDecision decision_on(const StudySession& session, const Config& candidate);

/// Fresh blocks A B B A of default and candidate, until there is one (once), as many as any claim needs (counted), the standing
/// is decided, or the interval also narrow (clear), or until either a difference is told within a narrow interval or a small one
/// is excluded (told); in any case until the blocks are used up or the study's clock reaches `end_s`. With the default itself
/// as the candidate: what this machine's noise lets one see.
enum class Until { once, counted, decided, clear, told };
void confirm(StudySession& session, const Config& candidate, Until until, double end_s);

}  // namespace sweetspot
