#include "run/confirm.hpp"

#include "run/ranking.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace sweetspot {
namespace {

constexpr int visits_per_block = 4;
constexpr double slower_than_default = 0.90;  ///< ratio below which a candidate is not confirmed
constexpr double fine_enough = 1.03;          ///< a gain below this need not be told from none
constexpr double narrow_enough = 0.05;        ///< half width of the interval of a clear gain or difference

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

/// False when a visit failed or was cut, so that there is nothing more to compare.
bool add_block(StudySession& session, Trial& first, Trial& second, double end_s) {
  const int block = next_block(first, second);
  // A B B A and B A A B in turn: the order itself must not favour an arm.
  Trial& outer = block % 2 == 0 ? first : second;
  Trial& inner = block % 2 == 0 ? second : first;
  for (Trial* trial : {&outer, &inner, &inner, &outer}) {
    if (!session.confirm_visit(*trial, block, end_s)) {
      session.observer.note("the machine became slower: a confirm block is cut off, the time for it is used up");
      return false;
    }
    if (trial->failure) return false;
  }
  return true;
}

}  // namespace

double confirm_seconds_least(const StudySession& session) {
  return confirm_blocks_least * visits_per_block * session.visit_seconds(Phase::confirm);
}

bool worth_confirming(const StudySession& session, const Trial& candidate) {
  if (session.settings.goal.rank == Goal::Rank::memory) return true;
  return search_speed_ratio(session.study, candidate).value_or(1) >= slower_than_default;
}

Standing standing(const ConfirmDecision& decision, const StudySettings& settings) {
  if (decision.n < confirm_blocks_least) return Standing::open;
  if (settings.goal.rank == Goal::Rank::memory) {  // smaller already; it must not be much slower
    const double slack = std::log(memory_goal_slack);
    if (decision.mean >= -slack) return Standing::gains;
    return decision.interval.high < -slack ? Standing::no_gain : Standing::open;
  }
  const double least = std::log(settings.min_gain_ratio);
  if (decision.different && decision.mean >= least) return Standing::gains;
  return decision.interval.high < std::max(least, 0.0) ? Standing::no_gain : Standing::open;
}

double published_log_ratio(const ConfirmDecision& decision, const StudySettings& settings) {
  if (settings.goal.rank == Goal::Rank::memory) return decision.mean;  // not chosen for its speed
  const double least = std::max(detectable(confirm_blocks_most, decision.deviation), std::log(settings.min_gain_ratio));
  const double likeliest = std::max(mean_when_chosen(decision.n, decision.mean, decision.deviation, least),
                                    (decision.interval.low + decision.mean) / 2);
  // Nothing is recommended for less than --min-gain: a figure below it would deny the recommendation.
  return std::max(likeliest, std::min(decision.mean, std::log(settings.min_gain_ratio)));
}

ConfirmDecision decision_on(const StudySession& session, const Config& candidate) {
  const Trial* baseline = find_trial(session.study, session.study.baseline);
  const Trial* trial = find_trial(session.study, candidate);
  if (baseline == nullptr || trial == nullptr) return {};
  return decide(block_log_ratios(*baseline, *trial));
}

void confirm(StudySession& session, const Config& candidate, Until until, double end_s) {
  (void)session.trial(candidate);
  (void)session.trial(session.study.baseline);  // both exist from here on: references hold
  Trial& first = session.trial(session.study.baseline);
  Trial& second = session.trial(candidate);
  while (true) {
    const ConfirmDecision decision = decide(block_log_ratios(first, second));
    if (is_enough(session, decision, until) || decision.n >= confirm_blocks_most) return;
    const double block_s = visits_per_block * session.visit_seconds(Phase::confirm);
    if (session.clock() + block_s > end_s) return;
    if (!add_block(session, first, second, end_s)) return;
    const ConfirmDecision now = decide(block_log_ratios(first, second));
    session.observer.note(fmt::format("confirm block {}: {:.3f}x so far", now.n, std::exp(now.mean)));
  }
}

}  // namespace sweetspot
