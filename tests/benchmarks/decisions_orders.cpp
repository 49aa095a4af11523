#include "benchmarks/decisions_orders.hpp"

#include "core/config.hpp"

#include <array>
#include <cmath>

namespace sweetspot::decisions {
namespace {

std::vector<int> one_then_the_other(Rng&) { return {0, 0, 0, 0, 1, 1, 1, 1}; }
std::vector<int> in_turn(Rng&) { return {0, 1, 0, 1, 0, 1, 0, 1}; }
std::vector<int> mirrored(Rng&) { return {0, 1, 1, 0, 0, 1, 1, 0}; }
std::vector<int> random_pairs(Rng& rng) {
  std::vector<int> arms;
  for (int pair = 0; pair < 4; ++pair) {
    const int first = static_cast<int>(rng.below(2));
    arms.push_back(first);
    arms.push_back(1 - first);
  }
  return arms;
}

Config arm_config(int arm) { return Config{{{"arm", std::int64_t{arm}}}}; }

}  // namespace

const std::vector<RunOrder>& run_orders() {
  static const std::vector<RunOrder> rows = {
      {"A A B B", one_then_the_other}, {"A B A B", in_turn}, {"random pairs", random_pairs}, {"A B B A", mirrored}};
  return rows;
}

bool picks_slower(const RunOrder& order, const Disturbance& disturbance, double gap, double study_s, std::uint64_t seed) {
  Rng rng(derived_seed(seed, "decisions/order"));
  const int faster = static_cast<int>(rng.below(2));
  SimulatedRunner runner(Machine(disturbance, study_s, derived_seed(seed, "decisions/machine")),
                         {{key(arm_config(faster)), 1 + gap}});
  const std::vector<int> arms = order.arms(rng);
  std::array<double, 2> log_seconds{};
  for (std::size_t i = 0; i < arms.size(); ++i) {
    runner.clock_s = study_s * (static_cast<double>(i) + 0.5) / static_cast<double>(arms.size());
    VisitOrder visit;
    visit.config = arm_config(arms[i]);
    visit.timed = TimedEffort{};
    log_seconds[static_cast<std::size_t>(arms[i])] += std::log(*runner.visit(visit).visit->measurement.score_s);
  }
  return log_seconds[static_cast<std::size_t>(faster)] >= log_seconds[static_cast<std::size_t>(1 - faster)];
}

}  // namespace sweetspot::decisions
