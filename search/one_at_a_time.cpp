#include "search/one_at_a_time.hpp"

#include "core/rng.hpp"
#include "search/random.hpp"
#include "search/surrogate.hpp"
#include "search/untried.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

namespace sweetspot {

namespace {

/// Trials that can be used, the fastest first.
std::vector<const Trial*> by_speed(const SearchSpace& space, const std::vector<Trial>& history) {
  const std::vector<Level> machine = machine_levels(space, history);
  std::vector<const Trial*> trials;
  for (const Trial& trial : history) {
    if (!unusable(trial, space.allow_lossy) && log_seconds(trial, machine)) trials.push_back(&trial);
  }
  std::ranges::stable_sort(trials,
                           [&](const Trial* a, const Trial* b) { return *log_seconds(*a, machine) < *log_seconds(*b, machine); });
  return trials;
}

}  // namespace

std::optional<Config> propose_one_at_a_time(const SearchSpace& space, const std::vector<Trial>& history, std::uint64_t seed) {
  for (std::size_t changes = 0; changes <= 1; ++changes) {
    if (auto next = first_open_of_level(space, history, changes, seed)) return next;
  }
  if (auto next = first_open_dependent(space, history, seed)) return next;
  const std::set<std::string> tried = tried_keys(space, history);
  for (const Trial* trial : by_speed(space, history)) {
    SearchSpace around = space;
    around.baseline = trial->config;
    std::vector<Config> moves = configurations_with_changes(around, 1);
    Rng(derived_seed(seed, "search/one at a time " + key(trial->config))).shuffle(moves);
    for (const Config& move : moves) {
      Config config = canonical(space, move);
      if (!refusal(space, config) && is_open(space, history, tried, config)) return config;
    }
  }
  return propose_random(space, history, seed);
}

}  // namespace sweetspot
