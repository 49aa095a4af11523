#include "run/choose.hpp"

#include "run/confirm.hpp"
#include "run/ranking.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

namespace sweetspot {
namespace {

constexpr double check_share_least = 0.5;  ///< of what the check may take: with less time it is not begun
constexpr int candidates_most = 3;         ///< before the default is kept

/// Nothing more can come of it, in this session or an earlier one.
bool settled(const StudySession& session, const Config& candidate) {
  const ConfirmDecision decision = decision_on(session, candidate);
  const Standing now = standing(decision, session.settings);
  return now == Standing::no_gain || (now == Standing::open && decision.n >= confirm_blocks_most);
}

/// The best one that was not looked at yet.
std::optional<Config> next_candidate(const StudySession& session, const std::set<std::string>& seen) {
  for (const Trial* trial : ranked(session.study, session.settings)) {
    if (seen.contains(key(trial->config)) || settled(session, trial->config)) continue;
    return worth_confirming(session, *trial) ? std::optional<Config>(trial->config) : std::nullopt;
  }
  return std::nullopt;
}

/// The finalists' tier, then prompts that nothing was chosen by: the fastest of many wrong ones may be right on the others
/// by luck.
void check(StudySession& session, Trial& trial) {
  for (const Tier tier : {session.settings.finalist_tier, Tier::fresh}) {
    if (!eligible(trial, session.settings.allow_lossy) || stands(trial, session.settings)) return;
    if (tier != Tier::fresh && trial.verdict->tier >= tier) continue;  // done in an earlier session, or while searching
    session.observer.note(fmt::format("{} check of {}", to_string(tier), display(trial.changed)));
    session.visit(trial, std::nullopt, tier);
  }
}

/// Undecided, but on its way to a gain.
bool promising(const StudySession& session, const ConfirmDecision& decision) {
  return decision.n >= confirm_blocks_least && decision.mean > std::log(session.settings.min_gain_ratio);
}

bool gains(const StudySession& session, const Config& candidate) {
  const Trial* trial = find_trial(session.study, candidate);
  return standing(decision_on(session, candidate), session.settings) == Standing::gains &&
         saves_enough(session.study, *trial, session.settings);
}

bool worth_checking(const StudySession& session, const Config& candidate) {
  const ConfirmDecision decision = decision_on(session, candidate);
  const bool open = standing(decision, session.settings) == Standing::open;
  return gains(session, candidate) || (open && promising(session, decision));
}

/// Blocks until its gain is decided, the check, and blocks again until the gain is known well.
bool try_candidate(StudySession& session, const Config& candidate) {
  Trial& trial = session.trial(candidate);
  const double end_s = session.settings.budget_s;
  const double kept_s = stands(trial, session.settings) ? 0 : check_seconds(session);
  session.observer.note("confirm: " + display(trial.changed) + " against the default");
  confirm(session, candidate, Until::counted, end_s);  // without these nothing can be claimed, checked or not
  confirm(session, candidate, Until::decided, end_s - kept_s);
  if (!trial.failure && !worth_checking(session, candidate)) confirm(session, candidate, Until::decided, end_s);
  const bool time_left = session.clock() + check_share_least * kept_s < end_s;
  if (!trial.failure && time_left && worth_checking(session, candidate)) check(session, trial);
  if (trial.failure || !stands(trial, session.settings)) return false;
  confirm(session, candidate, Until::clear, end_s);
  return gains(session, candidate);
}

}  // namespace

bool stands(const Trial& trial, const StudySettings& settings) {
  return eligible(trial, settings.allow_lossy) && stood(*trial.verdict, settings.finalist_tier);
}

double check_seconds(const StudySession& session) {
  return std::min(session.settings.finalist_s, check_share_most * session.settings.budget_s);
}

bool choose(StudySession& session) {
  std::set<std::string> seen;
  for (int tried = 0; tried < candidates_most; ++tried) {
    const auto candidate = next_candidate(session, seen);
    const double needed = confirm_seconds_least(session) + check_seconds(session);
    if (!candidate || (tried > 0 && session.clock() + needed > session.settings.budget_s)) return false;
    seen.insert(key(*candidate));
    if (try_candidate(session, *candidate)) return true;
  }
  return false;
}

void show_noise(StudySession& session) {
  Config with_most = session.study.baseline;
  int blocks = 0;
  for (const Trial& trial : session.study.trials) {
    const int own = decision_on(session, trial.config).n;
    if (trial.config == session.study.baseline || trial.failure || own <= blocks) continue;
    with_most = trial.config;
    blocks = own;
  }
  if (with_most == session.study.baseline)
    session.observer.note("no candidate comes near the default: measuring the default against itself");
  confirm(session, with_most, Until::clear, session.settings.budget_s);
}

}  // namespace sweetspot
