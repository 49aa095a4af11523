#include "run/noise_floor.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace sweetspot {
namespace {

constexpr std::size_t pairs_least = 4;

struct Repeat {
  double at_s = 0;
  const Trial* trial = nullptr;
  Phase phase = Phase::search;
  int block = -1;
  double log_seconds = 0;
};

/// Visits of race and confirm, which are all equally long, in the order in which they were made.
std::vector<Repeat> repeats(const Study& study) {
  std::vector<Repeat> visits;
  for (const Trial& trial : study.trials) {
    for (const Visit& visit : trial.visits) {
      const auto& score = visit.measurement.score_s;
      if (visit.block >= 0 && score && *score > 0)
        visits.push_back({visit.at_s, &trial, visit.phase, visit.block, std::log(*score)});
    }
  }
  std::stable_sort(visits.begin(), visits.end(), [](const Repeat& a, const Repeat& b) { return a.at_s < b.at_s; });
  return visits;
}

}  // namespace

double noise_floor(const Study& study) {
  const std::vector<Repeat> visits = repeats(study);
  double squares = 0;
  std::size_t pairs = 0;
  for (std::size_t i = 1; i < visits.size(); ++i) {
    const Repeat& before = visits[i - 1];
    if (visits[i].trial != before.trial || visits[i].phase != before.phase || visits[i].block != before.block) continue;
    const double apart = visits[i].log_seconds - before.log_seconds;
    squares += apart * apart;
    ++pairs;
  }
  // A block's ratio is of two means of two visits: its variance is that of one visit, half of what a difference of two has.
  return pairs < pairs_least ? 0 : std::sqrt(squares / (2 * static_cast<double>(pairs)));
}

}  // namespace sweetspot
