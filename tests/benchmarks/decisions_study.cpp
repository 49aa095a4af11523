#include "benchmarks/decisions_study.hpp"

#include "run/conclude.hpp"
#include "run/confirm.hpp"
#include "run/ranking.hpp"
#include "run/study_loop.hpp"
#include "search/strategy.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace sweetspot::decisions {
namespace {

constexpr double finalist_s = 140;  ///< what the simulated runner's checks of a finalist take

struct Silent final : StudyObserver {
  void trial_changed(const Study&, const Trial&) override {}
  void visit_added(const Study&, const Trial&, const Visit&) override {}
  void note(const std::string&) override {}
};

SearchSpace space_of(const std::vector<int>& axes) {
  SearchSpace space;
  for (const int size : axes) {
    Parameter parameter;
    parameter.name = std::string(1, static_cast<char>('a' + space.axes.size()));
    parameter.domain = IntegerRange{0, size - 1, {}};
    parameter.default_value = std::int64_t{0};
    Axis axis{parameter.name, {}};
    for (std::int64_t value = 0; value < size; ++value) axis.values.emplace_back(value);
    space.baseline.values[parameter.name] = std::int64_t{0};
    space.parameters.push_back(parameter);
    space.axes.push_back(axis);
  }
  return space;
}

/// Which configuration has which gain is drawn anew in each study.
std::map<std::string, double> drawn_gains(const Scenario& scenario, const SearchSpace& space, Rng& rng) {
  std::vector<std::string> names;
  for (const Config& config : valid_configurations(space)) {
    if (config != space.baseline) names.push_back(key(config));
  }
  rng.shuffle(names);
  std::map<std::string, double> gains;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const double own = i < scenario.gains.size() ? scenario.gains[i] : 1;
    gains[names[i]] = own * std::exp(scenario.gain_spread * rng.normal());
  }
  return gains;
}

double gain_of(const std::map<std::string, double>& gains, const Config& config) {
  const auto found = gains.find(key(config));
  return found != gains.end() ? found->second : 1;
}

/// Seconds; 0 when there is none.
double first_search_score(const Trial& trial) {
  for (const Visit& visit : trial.visits) {
    if (visit.phase == Phase::search) return visit.measurement.score_s.value_or(0);
  }
  return 0;
}

/// The best single search number against the default's, over its truth.
double naive_overclaim(const Study& study, const std::map<std::string, double>& gains) {
  const Trial* baseline = find_trial(study, study.baseline);
  const double usual = baseline != nullptr ? first_search_score(*baseline) : 0;
  double best = 0;
  double overclaim = 1;
  for (const Trial& trial : study.trials) {
    const double own = first_search_score(trial);
    if (&trial == baseline || own <= 0 || usual / own <= best) continue;
    best = usual / own;
    overclaim = best / gain_of(gains, trial.config);
  }
  return overclaim;
}

Replayed ended(const Study& study, const std::map<std::string, double>& gains) {
  Replayed end;
  end.kind = study.recommendation.kind;
  for (const auto& [name, gain] : gains) end.best_gain = std::max(end.best_gain, gain);
  end.true_gain = gain_of(gains, study.recommendation.config);
  if (study.recommendation.gain) end.published = *study.recommendation.gain;
  end.naive_overclaim = naive_overclaim(study, gains);
  const Trial* baseline = find_trial(study, study.baseline);
  for (const Trial& trial : study.trials) {
    end.visits += static_cast<int>(trial.visits.size());
    if (&trial == baseline) continue;
    const ConfirmDecision decision = decision_on(study, trial);
    if (decision.n >= confirm_blocks_least) end.confirmed.push_back({std::log(gain_of(gains, trial.config)), decision});
  }
  return end;
}

}  // namespace

Replayed replayed(const Scenario& scenario, std::uint64_t seed) {
  const SearchSpace space = space_of(scenario.axes);
  Rng rng(derived_seed(seed, "decisions/gains"));
  const auto gains = drawn_gains(scenario, space, rng);
  SimulatedRunner runner(Machine(scenario.disturbance, scenario.budget_s, derived_seed(seed, "decisions/machine")), gains);
  StudySettings settings;
  settings.goal = find_goal("decode");
  settings.budget_s = scenario.budget_s;
  settings.finalist_s = finalist_s;
  settings.confirm_effort.requests_per_class = 3;
  settings.seed = seed;
  Study study;
  study.baseline = space.baseline;
  Silent silent;
  run_study(study, space, strategies().front(), settings, runner, silent, [&] { return runner.clock_s; });
  conclude(study, settings, [](const Config&) { return Command{{"server"}, {}, "server"}; });
  Replayed end = ended(study, gains);
  end.minutes = runner.clock_s / 60;
  return end;
}

}  // namespace sweetspot::decisions
