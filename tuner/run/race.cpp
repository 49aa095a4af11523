#include "run/race.hpp"

#include "core/rng.hpp"
#include "run/choose.hpp"
#include "run/confirm.hpp"
#include "run/race_figures.hpp"
#include "run/ranking.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sweetspot {
namespace {

/// How many run in each round beside the default: many while little is known of each, then the few between which it lies.
constexpr std::array<std::size_t, 8> racers_most = {8, 8, 4, 4, 3, 3, 2, 2};
constexpr int rounds_least = 2;      ///< before one is left behind: both of its visits may have been in one burst of other work
constexpr double racer_slack = 1.5;  ///< times the best score: other work makes no visit slower than that
constexpr double time_share = 0.4;   ///< of what is left after the search

double round_seconds(const StudySession& session, std::size_t racers) {
  return 2 * static_cast<double>(racers + 1) * session.visit_seconds(Phase::confirm);
}

/// The best of the search, so many that there is time for two rounds of them.
std::vector<Config> starters(const StudySession& session, double end_s) {
  std::size_t most = racers_most.front();
  while (most > 2 && session.clock() + rounds_least * round_seconds(session, most) > end_s) --most;
  std::vector<Config> racers;
  const auto candidates = ranked(session.study, session.settings);
  for (const Trial* trial : candidates) {
    const bool close = *search_score(*trial) <= racer_slack * *search_score(*candidates.front());
    if (close && racers.size() < most) racers.push_back(trial->config);
  }
  return racers;
}

/// Those of the last round that may still be the best.
std::vector<Config> left_over(const StudySession& session, const RaceFigures& figures) {
  std::vector<Config> racers;
  const RaceFigure* best = nullptr;
  const int last_visits = 2 * figures.rounds;
  for (const RaceFigure& figure : figures.racers) {
    const bool is_default = figure.trial->config == session.study.baseline;
    if (is_default || figure.visits < last_visits || !eligible(*figure.trial, session.settings.allow_lossy)) continue;
    if (best == nullptr) best = &figure;
    const bool open =
        figures.rounds < rounds_least || figure.log_seconds - best->log_seconds <= race_resolution(figures, figure.visits);
    if (open && racers.size() < racers_most.at(static_cast<std::size_t>(figures.rounds))) racers.push_back(figure.trial->config);
  }
  return racers;
}

/// A mirrored round: the default outermost, the others in an order of their own in each.
void run_round(StudySession& session, std::vector<Config> racers, int round) {
  Rng rng(derived_seed(session.settings.seed, fmt::format("race/{}", round)));
  rng.shuffle(racers);
  racers.insert(racers.begin(), session.study.baseline);
  session.observer.note(fmt::format("race: {} configurations in a mirrored block", racers.size()));
  std::vector<Config> order = racers;
  order.insert(order.end(), racers.rbegin(), racers.rend());
  for (const Config& config : order) {
    Trial& trial = session.trial(config);
    if (!trial.failure) session.visit(trial, Phase::anchor, std::nullopt, round);
  }
}

}  // namespace

void race(StudySession& session) {
  if (session.settings.goal.rank == Goal::Rank::memory) return;  // bytes need no repeats
  const double left_s = session.settings.budget_s - session.clock();
  const double confirm_s = confirm_seconds_least(session) + check_seconds(session);
  const double end_s = std::min(session.clock() + time_share * left_s, session.settings.budget_s - confirm_s);
  for (RaceFigures figures = race_figures(session.study); figures.rounds < static_cast<int>(racers_most.size());
       figures = race_figures(session.study)) {
    const std::vector<Config> racers = figures.rounds == 0 ? starters(session, end_s) : left_over(session, figures);
    if (racers.size() < 2 || session.trial(session.study.baseline).failure) return;  // one candidate needs no race
    if (session.clock() + round_seconds(session, racers.size()) > end_s) return;
    run_round(session, racers, figures.rounds);
  }
}

}  // namespace sweetspot
