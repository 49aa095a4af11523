#pragma once

#include "core/error.hpp"
#include "core/rng.hpp"
#include "core/study.hpp"
#include "gate/gate.hpp"
#include "run/conclude.hpp"
#include "run/later_look.hpp"
#include "run/study_loop.hpp"

#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

/// A study without servers, for tests of its loop.
namespace sweetspot::testing {

/// A machine made of numbers: seconds of each configuration, verdicts, failures, noise. Every visit takes a second of the
/// study's clock.
struct FakeRunner final : TrialRunner {
  std::map<std::string, double> seconds;         // by key of what differs
  std::map<std::string, double> search_seconds;  // where the search is lucky or not
  std::map<std::string, double> bytes;           // of memory at the peak; 1000 where it is not named
  std::set<std::string> slow_at_first;           // other work slows the first visit
  double launch_s = 0;                           // of the clock, beside the second of each visit
  double slower_later = 1;                       // factor once five visits were made
  std::map<std::string, Outcome> outcomes;
  std::map<std::string, FailureKind> failures;
  std::map<std::string, std::set<int>> accidents;  ///< which visits of a configuration fail, from 1
  std::map<std::string, int> visits_of;
  bool no_scores = false;
  std::set<std::string> unscored;  ///< what has no score when it is confirmed
  std::map<std::string, Outcome> standard_outcomes;
  std::map<std::string, Outcome> fresh_outcomes;
  std::map<Tier, int> gated;
  bool all_wait = false;  ///< for the reference, where they may
  std::vector<SettledVerdict> waiting;
  int loads = 0;  ///< of the reference
  double noise = 0.01;
  double memory_noise = 0;
  double clock = 0;
  int visits = 0;
  int interrupt_at = -1;
  std::optional<Tier> interrupted_by;
  Rng rng{7};
  Rng rng_of_memory{8};
  std::function<void()> on_confirm;  ///< called before the first visit of it

  std::vector<SettledVerdict> settle() override {
    ++loads;
    return std::exchange(waiting, {});
  }

  VisitOutcome visit(const VisitOrder& order) override {
    if (visits++ == interrupt_at || (order.gate && order.gate == interrupted_by)) throw Interrupted{};
    if (order.phase == Phase::confirm && on_confirm) std::exchange(on_confirm, nullptr)();
    clock += 1 + launch_s;
    Config changed = order.config;
    std::erase_if(changed.values, [](const auto& entry) { return entry.second == Value{std::int64_t{0}}; });
    const std::string name = key(changed);
    VisitOutcome outcome;
    if (accidents.contains(name) && accidents.at(name).contains(++visits_of[name])) {
      outcome.failure = Failure{FailureKind::timed_out, "no answer", ""};
      return outcome;
    }
    if (const auto failed = failures.find(name); failed != failures.end()) {
      outcome.failure = Failure{failed->second, "scripted", ""};
      return outcome;
    }
    if (order.gate) {
      outcome.verdict = Verdict{};
      outcome.verdict->tier = *order.gate == Tier::fresh ? Tier::quick : *order.gate;
      outcome.verdict->outcome = outcomes.contains(name) ? outcomes.at(name) : Outcome::pass;
      ++gated[*order.gate];
      if (order.gate != Tier::quick && standard_outcomes.contains(name)) outcome.verdict->outcome = standard_outcomes.at(name);
      if (order.gate == Tier::fresh && fresh_outcomes.contains(name)) {
        outcome.verdict->outcome = fresh_outcomes.at(name);
        if (outcome.verdict->outcome == Outcome::inconclusive) outcome.verdict->not_verified.emplace_back(cut_short);
      }
      outcome.verdict->check = "G6";
      outcome.gate_speed_ratio = 10 / seconds.at(name);
      if (all_wait && order.may_wait) {
        waiting.push_back({order.config, *outcome.verdict});
        outcome.verdict = waiting_verdict(*outcome.verdict);
      }
      if (outcome.verdict->outcome == Outcome::broken) return outcome;
    }
    if (!order.timed) return outcome;
    outcome.visit = Visit{};
    outcome.visit->phase = order.phase;
    outcome.visit->block = order.block;
    outcome.visit->duration_s = 1;
    const bool flattered = order.phase != Phase::confirm && search_seconds.contains(name);
    const double disturbed = (slow_at_first.erase(name) > 0 ? 1.4 : 1.0) * (visits > 5 ? slower_later : 1.0);
    outcome.visit->measurement.score_s =
        (flattered ? search_seconds.at(name) : seconds.at(name)) * disturbed * std::exp(noise * rng.normal());
    if (no_scores) outcome.visit->measurement.score_s.reset();
    if (order.phase == Phase::confirm && unscored.contains(name)) outcome.visit->measurement.score_s.reset();
    const double usual = bytes.contains(name) ? bytes.at(name) : 1000;
    outcome.visit->measurement.memory_bytes_peak =
        static_cast<std::int64_t>(usual * std::exp(memory_noise * rng_of_memory.normal()));
    return outcome;
  }
};

/// A trial that the search visited once.
inline Trial judged(const std::string& id, const Config& config, Outcome outcome, double seconds, std::int64_t bytes) {
  Trial trial;
  trial.id = id;
  trial.config = config;
  trial.verdict = Verdict{};
  trial.verdict->outcome = outcome;
  trial.measurement = Measurement{};
  trial.measurement->score_s = seconds;
  trial.measurement->memory_bytes_peak = bytes;
  trial.visits.emplace_back();
  trial.visits.back().measurement = *trial.measurement;
  return trial;
}

inline Trial graded(Trial trial, double kld) {
  trial.verdict->quality = Quality{.positions = 256, .mean_kld = kld, .texts = {}};
  return trial;
}

struct Silent final : StudyObserver {
  void trial_changed(const Study&, const Trial&) override {}
  void visit_added(const Study&, const Trial&, const Visit&) override {}
  void note(const std::string& text) override { notes.push_back(text); }
  std::vector<std::string> notes;
};

struct Fixture {
  FakeRunner runner;
  Study study;
  SearchSpace space;
  StudySettings settings;
  Silent silent;

  Fixture() {
    for (const std::string name : {"a", "b"}) {
      Parameter parameter;
      parameter.name = name;
      parameter.domain = IntegerRange{0, 2, {}};
      parameter.default_value = std::int64_t{0};
      space.parameters.push_back(parameter);
      space.axes.push_back({name, {std::int64_t{0}, std::int64_t{1}, std::int64_t{2}}});
      space.baseline.values[name] = std::int64_t{0};
    }
    study.baseline = space.baseline;
    settings.goal = find_goal("decode");
    settings.budget_s = 400;
    for (int a = 0; a <= 2; ++a) {
      for (int b = 0; b <= 2; ++b) runner.seconds[name(a, b)] = 10;
    }
  }

  static std::string name(int a, int b) {
    Config config;
    if (a != 0) config.values["a"] = std::int64_t{a};
    if (b != 0) config.values["b"] = std::int64_t{b};
    return key(config);
  }

  Config config_of(int a, int b) const {
    Config config = space.baseline;
    config.values["a"] = std::int64_t{a};
    config.values["b"] = std::int64_t{b};
    return config;
  }

  void run() {
    run_study(study, space, find_strategy("exhaustive"), settings, runner, silent, [this] { return runner.clock; });
    conclude_study();
  }

  void conclude_study() {
    conclude(study, settings, [](const Config&) { return Command{{"server"}, {}, "server"}; });
  }
};

}  // namespace sweetspot::testing
