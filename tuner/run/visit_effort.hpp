#pragma once

#include "core/trial.hpp"
#include "run/trial_runner.hpp"

#include <optional>
#include <vector>

namespace sweetspot {

/// Variances of the logarithm of decode rates, from visits of one configuration that were asked the same.
struct VarianceComponents {
  double within = 0;   ///< from request to request of one launch, what the prompts differ by left out
  double between = 0;  ///< from launch to launch
  bool operator==(const VarianceComponents&) const = default;
};

/// Two-way analysis of variance over launches and prompts, of the prompts that every visit has. Nothing for fewer than three
/// visits or prompts.
std::optional<VarianceComponents> variance_components(const std::vector<const Visit*>& visits);

/// Requests of one launch at which a result of given variance costs least time: sqrt((launch / request) x (within / between)),
/// between 3 and 12 (measurement.md "One launch", 5). `launch_s`: what a launch takes beside its timed requests.
int requests_per_visit(const VarianceComponents& variances, double launch_s, double request_s);

/// `planned`, with fewer requests where the default's visits of the search say that more of them tell nothing.
TimedEffort effort_for_repeats(const TimedEffort& planned, const Trial& baseline, double launch_s);

}  // namespace sweetspot
