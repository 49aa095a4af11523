#include "run/confirm.hpp"

#include "run/noise_floor.hpp"
#include "run/ranking.hpp"
#include "run/score.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace sweetspot {
namespace {

constexpr double confirm_reserve_most = 0.5;  ///< of the budget
constexpr int visits_per_block = 4;
constexpr int attempts_most = 2 * confirm_blocks_most;  ///< blocks whose visits are of different classes are not counted
constexpr double slower_than_default = 0.90;            ///< ratio below which a candidate is not confirmed
constexpr double clearly_deviations = 2;                ///< of one visit: noise alone seldom takes so much
constexpr double fine_enough = 1.03;                    ///< a gain below this need not be told from none
constexpr double narrow_enough = 0.05;                  ///< half width of the interval of a clear gain or difference

double half_width(const ConfirmDecision& decision) { return (decision.interval.high - decision.interval.low) / 2; }

bool is_clear(const StudySession& session, const ConfirmDecision& decision) {
  switch (standing(decision, session.settings)) {
    case Standing::open: return false;
    case Standing::gains: return half_width(decision) < narrow_enough;
    case Standing::no_gain: return std::exp(decision.detectable) < fine_enough;
  }
  return false;
}

bool is_told(const ConfirmDecision& decision) {
  if (decision.n < confirm_blocks_least) return false;
  return decision.different ? half_width(decision) < narrow_enough : std::exp(decision.detectable) < fine_enough;
}

bool is_enough(const StudySession& session, const ConfirmDecision& decision, Until until) {
  switch (until) {
    case Until::once: return decision.n >= 1;
    case Until::counted: return decision.n >= confirm_blocks_least;
    case Until::decided: return standing(decision, session.settings) != Standing::open;
    case Until::clear: return is_clear(session, decision);
    case Until::told: return is_told(decision);
  }
  return true;
}

bool is_unfit(const Trial& trial) { return trial.verdict && trial.verdict->outcome > Outcome::lossy; }

/// False when a visit failed, was cut, has no score or showed a fault of the output, so that there is nothing more to compare.
bool add_block(StudySession& session, Trial& first, Trial& second, double end_s) {
  const int block = next_block(first, second);
  // A B B A and B A A B in turn: the order itself must not favour an arm.
  Trial& outer = block % 2 == 0 ? first : second;
  Trial& inner = block % 2 == 0 ? second : first;
  for (Trial* trial : {&outer, &inner, &inner, &outer}) {
    const bool was_unfit = is_unfit(*trial);
    if (!session.confirm_visit(*trial, block, end_s)) {
      session.observer.note("the machine became slower: a confirm block is cut off, the time for it is used up");
      return false;
    }
    if (trial->failure || (is_unfit(*trial) && !was_unfit)) return false;
    if (!trial->visits.back().measurement.score_s) {
      session.observer.note(fmt::format("{} has no score: {}", display(trial->config),
                                        unscored_reason(session.settings.goal, trial->visits.back().measurement)));
      return false;
    }
  }
  return true;
}

}  // namespace

double reserved_seconds(double budget_s, double confirm_s, double finalist_s) {
  // Slow visits may want more for the confirm than there is: searching keeps its half, or nothing could be found at all.
  const double kept_s = std::max(confirm_reserve_share * budget_s, std::min(confirm_s, confirm_reserve_most * budget_s));
  return kept_s + std::min(finalist_s, check_share_most * budget_s);
}

double confirm_seconds_least(const StudySession& session) {
  return confirm_blocks_least * visits_per_block * session.visit_seconds(Phase::confirm);
}

bool worth_confirming(const StudySession& session, const Trial& candidate) {
  if (session.settings.goal.rank == Goal::Rank::memory) return true;
  const double noise = clearly_deviations * visit_noise(session.study).value_or(VisitNoise{}).deviation;
  return std::log(search_speed_ratio(session.study, candidate).value_or(1)) + noise >= std::log(slower_than_default);
}

Standing standing(const ConfirmDecision& decision, const StudySettings& settings) {
  if (decision.n < confirm_blocks_least) return Standing::open;
  if (settings.goal.rank == Goal::Rank::memory) {  // smaller already; it must not be much slower
    const double slack = std::log(memory_goal_slack);
    if (decision.mean >= -slack) return Standing::gains;
    return decision.interval.high < -slack ? Standing::no_gain : Standing::open;
  }
  const double least = std::max(std::log(settings.min_gain_ratio), decision.claimable);
  if (decision.different && decision.mean >= least) return Standing::gains;
  return decision.interval.high < least ? Standing::no_gain : Standing::open;
}

double published_log_ratio(const ConfirmDecision& decision, const StudySettings& settings) {
  if (settings.goal.rank == Goal::Rank::memory) return decision.mean;  // not chosen for its speed
  const double least = std::max(detectable(confirm_blocks_most, decision.deviation), std::log(settings.min_gain_ratio));
  const double likeliest = std::max(mean_when_chosen(decision.n, decision.mean, decision.deviation, least),
                                    (decision.interval.low + decision.mean) / 2);
  // Nothing is recommended for less than --min-gain: a figure below it would deny the recommendation.
  return std::max(likeliest, std::min(decision.mean, std::log(settings.min_gain_ratio)));
}

ConfirmDecision decision_on(const Study& study, const Trial& candidate) {
  const Trial* baseline = find_trial(study, study.baseline);
  if (baseline == nullptr) return {};
  return decide(block_log_ratios(*baseline, candidate), noise_floor(study));
}

ConfirmDecision decision_on(const StudySession& session, const Config& candidate) {
  const Trial* trial = find_trial(session.study, candidate);
  return trial == nullptr ? ConfirmDecision{} : decision_on(session.study, *trial);
}

void confirm(StudySession& session, const Config& candidate, Until until, double end_s) {
  (void)session.trial(candidate);
  (void)session.trial(session.study.baseline);  // both exist from here on: references hold
  Trial& first = session.trial(session.study.baseline);
  Trial& second = session.trial(candidate);
  for (int made = 0; made < attempts_most && !first.failure && !second.failure; ++made) {
    const ConfirmDecision decision = decision_on(session.study, second);
    if (is_enough(session, decision, until) || decision.n >= confirm_blocks_most) return;
    if (until == Until::once && made > 0) return;
    const double block_s = visits_per_block * session.visit_seconds(Phase::confirm);
    if (session.clock() + block_s > end_s) return;
    if (!add_block(session, first, second, end_s)) return;
    const ConfirmDecision now = decision_on(session.study, second);
    session.observer.note(fmt::format("confirm block {}: {:.3f}x so far", now.n, std::exp(now.mean)));
  }
}

}  // namespace sweetspot
