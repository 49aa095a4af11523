#include "run/confirm.hpp"

#include "core/statistics.hpp"
#include "run/ranking.hpp"

#include <fmt/format.h>

#include <cmath>

namespace sweetspot {
namespace {

constexpr int visits_per_block = 4;
constexpr double slower_than_default = 0.90;  ///< ratio below which a candidate is not confirmed
constexpr double fine_enough = 1.03;          ///< a gain below this need not be told from none
constexpr double narrow_enough = 0.05;        ///< half width of the interval of a clear gain

bool clear(const StudySession& session, const ConfirmDecision& decision) {
  if (decision.n < confirm_blocks_least) return false;
  if (decision.different && decision.interval.low > 0)
    return (decision.interval.high - decision.interval.low) / 2 < narrow_enough;
  const bool no_gain = decision.interval.high < std::log(session.settings.min_gain_ratio);
  return no_gain && std::exp(decision.detectable) < fine_enough;
}

}  // namespace

double confirm_seconds_least(const StudySession& session) {
  return confirm_blocks_least * visits_per_block * session.visit_seconds(Phase::confirm);
}

bool worth_confirming(const StudySession& session, const Trial& candidate) {
  const Trial* baseline = find_trial(session.study, session.study.baseline);
  if (session.settings.goal.rank == Goal::Rank::memory || baseline == nullptr) return true;
  return *search_score(*baseline) / *search_score(candidate) >= slower_than_default;
}

void confirm(StudySession& session, const Config& candidate) {
  const bool itself = candidate == session.study.baseline;
  session.observer.note(itself ? "no candidate comes near the default: measuring the default against itself"
                               : "confirm: " + display(difference(candidate, session.study.baseline)) + " against the default");
  (void)session.trial(candidate);
  (void)session.trial(session.study.baseline);  // both exist from here on: references hold
  Trial& first = session.trial(session.study.baseline);
  Trial& second = session.trial(candidate);
  while (true) {
    const ConfirmDecision decision = decide(block_log_ratios(first, second));
    if (decision.n >= confirm_blocks_most || clear(session, decision)) return;
    const double block_s = visits_per_block * session.visit_seconds(Phase::confirm);
    if (session.clock() + block_s > session.settings.budget_s) return;
    const int block = next_block(first, second);
    // A B B A and B A A B in turn: the order itself must not favour an arm.
    Trial& outer = block % 2 == 0 ? first : second;
    Trial& inner = block % 2 == 0 ? second : first;
    for (Trial* trial : {&outer, &inner, &inner, &outer}) {
      session.visit(*trial, Phase::confirm, std::nullopt, block);
      if (trial->failure) return;
    }
    const ConfirmDecision now = decide(block_log_ratios(first, second));
    session.observer.note(fmt::format("confirm block {}: {:.3f}x so far", now.n, std::exp(now.mean)));
  }
}

}  // namespace sweetspot
