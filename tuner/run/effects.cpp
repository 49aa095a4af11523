#include "run/effects.hpp"

#include "core/statistics.hpp"
#include "run/ranking.hpp"

#include <cmath>

namespace sweetspot {
namespace {

constexpr double error = 0.05;  ///< of the interval of an effect

}  // namespace

void add_effects(Study& study) {
  study.effects.clear();
  const Trial* baseline = find_trial(study, study.baseline);
  const auto noise = visit_noise(study);
  if (baseline == nullptr || !noise) return;
  for (const Trial& trial : study.trials) {
    const auto ratio = search_speed_ratio(study, trial);
    if (trial.changed.values.size() != 1 || !ratio) continue;
    const double spread = std::sqrt(1.0 / search_visits(trial) + 1.0 / search_visits(*baseline));
    const double half = t_quantile(noise->degrees, error) * noise->deviation * spread;
    const auto& [name, value] = *trial.changed.values.begin();
    study.effects.push_back({name, value, *ratio, *ratio * std::exp(-half), *ratio * std::exp(half)});
  }
}

}  // namespace sweetspot
