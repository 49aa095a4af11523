#include "run/study_loop.hpp"

#include "core/candidates.hpp"
#include "core/error.hpp"
#include "core/id.hpp"
#include "core/statistics.hpp"
#include "run/choose.hpp"
#include "run/confirm.hpp"
#include "run/later_look.hpp"
#include "run/race.hpp"
#include "run/ranking.hpp"
#include "run/session.hpp"
#include "run/soak.hpp"
#include "search/learned_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace sweetspot {
namespace {

constexpr int anchor_every = 5;         ///< visits between two of the default
constexpr double anchor_every_s = 600;  ///< and no more time than that, where there are two visits in it

/// What searching leaves to others: the confirm and the finalist's check their time; as long as nothing promises a gain that
/// could be confirmed, only what it takes to tell how small a one would have been seen; or nothing at all.
enum class Reserve { for_confirm, once_promising, none };

/// Something seems faster than the default by as much as would be recommended.
bool promises(const StudySession& session) {
  const auto best = ranked(session.study, session.settings);
  if (best.empty()) return false;
  if (session.settings.goal.rank == Goal::Rank::memory) return true;
  return search_speed_ratio(session.study, *best.front()).value_or(0) >= session.settings.min_gain_ratio;
}

bool search_time_left(const StudySession& session, Reserve reserve) {
  const Trial* baseline = find_trial(session.study, session.study.baseline);
  if (baseline != nullptr && baseline->failure) return false;  // nothing can be compared with it any more
  const StudySettings& settings = session.settings;
  double kept = 0;
  if (reserve == Reserve::once_promising) kept = confirm_reserve_share * settings.budget_s;
  if (reserve == Reserve::for_confirm)
    kept = reserved_seconds(settings.budget_s, confirm_seconds_least(session), settings.finalist_s);
  return session.clock() + session.visit_seconds(Phase::search) < settings.budget_s - kept;
}

/// The default, gated and timed; false when it cannot be the base of anything.
bool measure_baseline(StudySession& session) {
  Trial& baseline = session.trial(session.study.baseline);
  if (baseline.visits.empty()) session.visit(baseline, Phase::search, Tier::quick);
  const bool usable = !baseline.failure && baseline.verdict && baseline.verdict->outcome != Outcome::broken;
  return usable && search_score(baseline).has_value();
}

/// What failures have just taught.
void tell_new_rules(StudySession& session, const SearchSpace& space, std::vector<LearnedRule>& told) {
  for (LearnedRule& rule : learned_rules(space, session.study.trials)) {
    if (std::ranges::find(told, rule.part, &LearnedRule::part) != told.end()) continue;
    session.observer.note("learned: " + text(rule));
    told.push_back(std::move(rule));
  }
}

/// What the time kept for the search still holds, at the pace of what was tried.
void tell_outlook(const StudySession& session, std::size_t configurations) {
  const StudySettings& settings = session.settings;
  const double kept_s = reserved_seconds(settings.budget_s, confirm_seconds_least(session), settings.finalist_s);
  const double one_s = session.visit_seconds(Phase::search) + session.visit_seconds(Phase::anchor) / anchor_every;
  const double more = std::floor(std::max(0.0, settings.budget_s - kept_s - session.clock()) / one_s);
  const std::size_t tried = session.study.trials.size();
  const std::size_t left = configurations > tried ? configurations - tried : 0;
  session.observer.note(fmt::format(
      "{} of {} configurations tried, about {:.0f} s each: time for {} more, then {:.0f} s are kept", tried, configurations,
      one_s, more >= static_cast<double>(left) ? fmt::format("all {}", left) : fmt::format("{:.0f}", more), kept_s));
}

/// True when nothing is left to try.
bool propose_and_try(StudySession& session, const SearchSpace& space, const Strategy& strategy, Reserve reserve) {
  int since_anchor = 0;
  double anchored_s = session.clock();
  std::vector<LearnedRule> told = learned_rules(space, session.study.trials);
  const bool outlook = reserve == Reserve::for_confirm;
  const std::size_t configurations = outlook ? candidates(space, session.settings.seed).size : 0;
  if (outlook) tell_outlook(session, configurations);
  while (search_time_left(session, reserve)) {
    if (reserve == Reserve::once_promising && promises(session)) return false;
    if (session.settings.trials_most > 0 && static_cast<int>(session.study.trials.size()) >= session.settings.trials_most)
      return true;
    const auto config = strategy.propose(space, session.study.trials, session.settings.seed);
    if (!config) return true;
    session.search_visit(session.trial(*config));
    session.settle(StudySession::When::many);
    tell_new_rules(session, space, told);
    ++since_anchor;
    const bool due = since_anchor >= anchor_every || (since_anchor > 1 && session.clock() - anchored_s >= anchor_every_s);
    if (!due || !search_time_left(session, reserve)) continue;
    session.visit(session.trial(session.study.baseline), Phase::anchor, std::nullopt);
    since_anchor = 0;
    anchored_s = session.clock();
    if (outlook) tell_outlook(session, configurations);
  }
  return false;
}

bool search(StudySession& session, const SearchSpace& space, const Strategy& strategy, Reserve reserve) {
  const bool all_tried = propose_and_try(session, space, strategy, reserve);
  session.settle(StudySession::When::any);
  return all_tried;
}

/// What waited when a study was interrupted is tried again: its texts are gone.
void forget_waiting(Study& study) {
  for (Trial& trial : study.trials) {
    if (!trial.verdict || !waits(*trial.verdict)) continue;
    trial.failure = Failure{FailureKind::interrupted, trial.verdict->detail, ""};
    trial.verdict.reset();
  }
}

}  // namespace

void run_study(Study& study, const SearchSpace& space, const Strategy& strategy, const StudySettings& settings,
               TrialRunner& runner, StudyObserver& observer, const StudyClock& clock) {
  StudySession session{study, settings, runner, observer, clock};
  forget_waiting(study);
  if (!measure_baseline(session)) return;
  if (settings.pace == Pace::sustained) soak(session);
  bool all_tried = search(session, space, strategy, Reserve::for_confirm);
  // As long as there is nothing to confirm, the time that is kept for it is better spent on what was not tried yet.
  if (!all_tried) all_tried = search(session, space, strategy, Reserve::once_promising);
  race(session);
  bool chosen = choose(session);
  if (!chosen && !all_tried) {  // the time kept for a confirm goes to what was not tried yet
    all_tried = search(session, space, strategy, Reserve::none);
    chosen = choose(session);
  }
  if (!all_tried) observer.note("the time for searching is used up; not every configuration was tried");
  if (!chosen) show_noise(session);
}

}  // namespace sweetspot
