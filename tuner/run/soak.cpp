#include "run/soak.hpp"

#include <algorithm>
#include <cmath>

namespace sweetspot {
namespace {

constexpr double slope_most = 0.01;    ///< a minute
constexpr double budget_share = 0.05;  ///< for all of it
constexpr int visits_most = 4;

}  // namespace

bool still_warming(const Trial& baseline) {
  const Visit* before = nullptr;
  const Visit* last = nullptr;
  for (const Visit& visit : baseline.visits) {
    if (!visit.measurement.score_s || *visit.measurement.score_s <= 0) continue;
    before = last;
    last = &visit;
  }
  if (before == nullptr) return true;  // one visit tells nothing
  const double minutes = std::max(last->at_s - before->at_s, 1.0) / 60;
  return std::log(*last->measurement.score_s / *before->measurement.score_s) > slope_most * minutes;
}

void soak(StudySession& session) {
  if (session.study.trials.size() > 1) return;
  const double begin = session.clock();
  for (int i = 0; i < visits_most && still_warming(session.trial(session.study.baseline)); ++i) {
    const double spent = session.clock() - begin;
    if (spent + session.visit_seconds(Phase::anchor) > budget_share * session.settings.budget_s) return;
    session.visit(session.trial(session.study.baseline), Phase::anchor, std::nullopt);
    if (session.trial(session.study.baseline).failure) return;
  }
}

}  // namespace sweetspot
