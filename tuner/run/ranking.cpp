#include "run/ranking.hpp"

#include "core/level.hpp"
#include "core/statistics.hpp"
#include "run/race_figures.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>

namespace sweetspot {
namespace {

constexpr std::size_t visits_per_arm = 2;  ///< A B B A
constexpr double simplicity_worth = 0.01;  ///< at most so much speed is given for fewer changed parameters

std::vector<double> log_scores(const Trial& trial, const std::set<Phase>& phases) {
  std::vector<double> logs;
  for (const Visit& visit : trial.visits) {
    if (phases.contains(visit.phase) && visit.measurement.score_s && *visit.measurement.score_s > 0)
      logs.push_back(std::log(*visit.measurement.score_s));
  }
  return logs;
}

/// A visit of the confirm, and which prompt classes its score is of.
struct Scored {
  double log_seconds = 0;
  std::set<std::string> classes;
};

std::map<int, std::vector<Scored>> blocks(const Trial& trial) {
  std::map<int, std::vector<Scored>> visits;
  for (const Visit& visit : trial.visits) {
    if (visit.phase != Phase::confirm || !visit.measurement.score_s) continue;
    Scored scored{std::log(*visit.measurement.score_s), {}};
    for (const auto& [name, row] : visit.measurement.classes) {
      if (row.decode_tokens_per_second) scored.classes.insert(name);
    }
    visits[visit.block].push_back(std::move(scored));
  }
  return visits;
}

/// Scores of other mixes of classes are not compared.
bool same_classes(const std::vector<Scored>& visits, const std::set<std::string>& classes) {
  return std::all_of(visits.begin(), visits.end(), [&](const Scored& visit) { return visit.classes == classes; });
}

std::vector<double> logs_of(const std::vector<Scored>& visits) {
  std::vector<double> logs;
  logs.reserve(visits.size());
  for (const Scored& visit : visits) logs.push_back(visit.log_seconds);
  return logs;
}

double mean_log(const std::vector<Scored>& visits) { return mean(logs_of(visits)); }

/// Those that may be recommended.
std::vector<const Trial*> candidates(const Study& study, const StudySettings& settings) {
  const Trial* baseline = find_trial(study, study.baseline);
  const auto default_score = baseline != nullptr ? search_score(*baseline) : std::nullopt;
  std::vector<const Trial*> trials;
  for (const Trial& trial : study.trials) {
    if (&trial == baseline || !eligible(trial, settings.allow_lossy) || !search_score(trial)) continue;
    if (!saves_enough(study, trial, settings)) continue;
    const bool memory_goal = settings.goal.rank == Goal::Rank::memory;
    if (memory_goal && default_score && *search_score(trial) > *default_score * memory_goal_slack) continue;
    trials.push_back(&trial);
  }
  return trials;
}

/// What a candidate is ranked by: who raced comes before who did not.
struct Place {
  const Trial* trial = nullptr;
  bool raced = false;
  double log_value = 0;  ///< seconds, or bytes
  int visits = 0;
};

/// Log seconds of the visits of the search and the race, against how slow the machine was at the time.
std::vector<double> searched(const Trial& trial, const std::vector<Level>& machine) {
  std::vector<double> logs;
  for (const Visit& visit : trial.visits) {
    if ((visit.phase == Phase::search || visit.phase == Phase::anchor) && visit.measurement.score_s)
      logs.push_back(std::log(*visit.measurement.score_s) - level_at(machine, visit.at_s));
  }
  return logs;
}

double against_level(const Trial& trial, const std::vector<Level>& machine) { return mean(searched(trial, machine)); }

Place place_of(const Trial& trial, const Goal& goal, const RaceFigures& figures, const std::vector<Level>& machine) {
  const int visits = static_cast<int>(trial.visits.size());
  if (goal.rank == Goal::Rank::memory) return {&trial, false, std::log(usual_peak_bytes(trial).value_or(0)), visits};
  for (const RaceFigure& figure : figures.racers) {
    if (figure.trial == &trial) return {&trial, true, figure.log_seconds, figure.visits};
  }
  return {&trial, false, against_level(trial, machine), visits};
}

}  // namespace

std::optional<double> mean_score(const Trial& trial, const std::set<Phase>& phases) {
  const std::vector<double> logs = log_scores(trial, phases);
  if (logs.empty()) return std::nullopt;
  return std::exp(mean(logs));
}

std::optional<double> search_score(const Trial& trial) { return mean_score(trial, {Phase::search, Phase::anchor}); }

int search_visits(const Trial& trial) { return static_cast<int>(log_scores(trial, {Phase::search, Phase::anchor}).size()); }

std::optional<double> search_speed_ratio(const Study& study, const Trial& trial) {
  const Trial* baseline = find_trial(study, study.baseline);
  if (baseline == nullptr || !search_score(*baseline) || !search_score(trial)) return std::nullopt;
  const std::vector<Level> machine = levels(study);
  return std::exp(against_level(*baseline, machine) - against_level(trial, machine));
}

std::optional<VisitNoise> visit_noise(const Study& study) {
  const std::vector<Level> machine = levels(study);
  double squares = 0;
  int degrees = 0;
  for (const Trial& trial : study.trials) {
    std::map<int, std::vector<double>> groups;
    for (const auto& [block, visits] : blocks(trial)) groups[block] = logs_of(visits);
    groups[-1] = searched(trial, machine);
    for (const auto& [block, logs] : groups) {
      if (logs.size() < 2) continue;
      const int own = static_cast<int>(logs.size()) - 1;
      squares += sample_deviation(logs) * sample_deviation(logs) * own;
      degrees += own;
    }
  }
  if (degrees == 0) return std::nullopt;
  return VisitNoise{std::sqrt(squares / degrees), degrees};
}

std::optional<double> usual_peak_bytes(const Trial& trial) {
  std::vector<double> peaks;
  for (const Visit& visit : trial.visits) {
    if (visit.phase != Phase::depth && visit.measurement.memory_bytes_peak)
      peaks.push_back(static_cast<double>(*visit.measurement.memory_bytes_peak));
  }
  const double usual = peaks.empty() ? 0 : median(std::move(peaks));
  return usual > 0 ? std::optional(usual) : std::nullopt;
}

std::optional<double> memory_ratio(const Study& study, const Trial& trial) {
  const Trial* baseline = find_trial(study, study.baseline);
  const auto usual = baseline != nullptr ? usual_peak_bytes(*baseline) : std::nullopt;
  const auto own = usual_peak_bytes(trial);
  return usual && own ? std::optional(*usual / *own) : std::nullopt;
}

bool saves_enough(const Study& study, const Trial& trial, const StudySettings& settings) {
  if (settings.goal.rank != Goal::Rank::memory) return true;
  return memory_ratio(study, trial).value_or(0) >= settings.min_gain_ratio;
}

std::vector<const Trial*> ranked(const Study& study, const StudySettings& settings) {
  std::vector<Place> places;
  const RaceFigures figures = race_figures(study);
  const std::vector<Level> machine = levels(study);
  for (const Trial* trial : candidates(study, settings)) places.push_back(place_of(*trial, settings.goal, figures, machine));
  std::stable_sort(places.begin(), places.end(),
                   [](const Place& a, const Place& b) { return a.raced != b.raced ? a.raced : a.log_value < b.log_value; });
  // The simplest within the noise of the best one goes first; the rest keeps its order.
  const double noise = visit_noise(study).value_or(VisitNoise{}).deviation;
  std::size_t simplest = 0;
  for (std::size_t i = 1; i < places.size(); ++i) {
    const double visits = std::max(1, std::min(places[i].visits, places[0].visits));
    const double one_visit = places[0].raced ? figures.noise : noise;
    const bool as_good = places[i].raced == places[0].raced &&
                         places[i].log_value - places[0].log_value <= std::min(one_visit / std::sqrt(visits), simplicity_worth);
    if (as_good && places[i].trial->changed.values.size() < places[simplest].trial->changed.values.size()) simplest = i;
  }
  if (simplest > 0)
    std::rotate(places.begin(), places.begin() + static_cast<std::ptrdiff_t>(simplest),
                places.begin() + static_cast<std::ptrdiff_t>(simplest) + 1);
  std::vector<const Trial*> trials;
  trials.reserve(places.size());
  for (const Place& place : places) trials.push_back(place.trial);
  return trials;
}

std::map<int, double> compared_blocks(const Trial& baseline, const Trial& candidate) {
  const auto first = blocks(baseline);
  const auto second = blocks(candidate);
  const bool itself = &baseline == &candidate;
  std::map<int, double> ratios;
  for (const auto& [block, visits] : first) {
    const auto& classes = visits.front().classes;
    if (itself) {
      // Default against itself: the outer visits of the block against the inner ones.
      if (visits.size() < 2 * visits_per_arm || !same_classes(visits, classes)) continue;
      ratios[block] = mean_log({visits[0], visits[3]}) - mean_log({visits[1], visits[2]});
      continue;
    }
    const auto other = second.find(block);
    if (other == second.end() || visits.size() < visits_per_arm || other->second.size() < visits_per_arm) continue;
    if (same_classes(visits, classes) && same_classes(other->second, classes))
      ratios[block] = mean_log(visits) - mean_log(other->second);
  }
  return ratios;
}

std::vector<double> block_log_ratios(const Trial& baseline, const Trial& candidate) {
  std::vector<double> ratios;
  for (const auto& [block, ratio] : compared_blocks(baseline, candidate)) ratios.push_back(ratio);
  return ratios;
}

int next_block(const Trial& baseline, const Trial& candidate) {
  int last = -1;
  for (const Trial* trial : {&baseline, &candidate}) {
    for (const Visit& visit : trial->visits)
      if (visit.phase == Phase::confirm) last = std::max(last, visit.block);
  }
  return last + 1;
}

}  // namespace sweetspot
