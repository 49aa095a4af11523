#pragma once

#include "core/rng.hpp"
#include "run/trial_runner.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace sweetspot::decisions {

/// What disturbs a machine while a study runs. Noises are deviations of the logarithm of seconds; shares are of the speed.
struct Disturbance {
  std::string name;
  double launch_noise = 0;     ///< from launch to launch
  double request_noise = 0;    ///< from request to request within a launch
  double decay = 0;            ///< share that heat has taken by the end of the study, most of it early
  int steps = 0;               ///< sudden changes for good, at any time
  double step = 0;             ///< share of one, up or down
  double bursts_per_hour = 0;  ///< of a background process
  double burst_s = 0;          ///< mean length of one
  double burst = 0;            ///< share taken meanwhile
};

/// One machine's speed over the time of one study.
class Machine {
public:
  Machine(const Disturbance& disturbance, double study_s, std::uint64_t seed);
  /// What a launch multiplies the seconds of all its requests by.
  double launch_factor();
  /// What a request at this time takes, of `plain_s` on the undisturbed machine.
  double request_s(double at_s, double plain_s);

private:
  struct Change {
    double from_s = 0;
    double to_s = 0;
    double log_slowness = 0;
  };
  double log_slowness(double at_s) const;

  Disturbance disturbance_;
  double study_s_ = 0;
  std::vector<Change> changes_;
  Rng rng_;
};

/// Visits on a machine of numbers and a clock of its own. Every configuration passes every check.
class SimulatedRunner final : public TrialRunner {
public:
  /// `gains`: speed over the default's by key of the whole configuration; 1 where it is not named.
  SimulatedRunner(Machine machine, std::map<std::string, double> gains);
  VisitOutcome visit(const VisitOrder& order) override;

  double clock_s = 0;

private:
  Visit timed(const VisitOrder& order);

  Machine machine_;
  std::map<std::string, double> gains_;
};

}  // namespace sweetspot::decisions
