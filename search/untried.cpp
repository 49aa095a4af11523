#include "search/untried.hpp"

#include "core/rng.hpp"
#include "search/known_bad.hpp"

#include <algorithm>

namespace sweetspot {

std::set<std::string> tried_keys(const SearchSpace& space, const std::vector<Trial>& history) {
  std::set<std::string> tried;
  for (const Trial& trial : history) {
    const bool cut_off = trial.failure && trial.failure->kind == FailureKind::interrupted;
    if (!cut_off) tried.insert(key(canonical(space, trial.config)));
  }
  return tried;
}

bool is_open(const SearchSpace& space, const std::vector<Trial>& history, const std::set<std::string>& tried,
             const Config& config) {
  return !tried.contains(key(config)) && !contains_known_bad(difference(config, space.baseline), history);
}

std::optional<Config> first_open_of_level(const SearchSpace& space, const std::vector<Trial>& history, std::size_t changes,
                                          std::uint64_t seed) {
  std::vector<Config> level = configurations_with_changes(space, changes);
  // The whole level is put in order before anything is left out, so that the order does not depend on the history.
  Rng(derived_seed(seed, "search/level " + std::to_string(changes))).shuffle(level);
  const std::set<std::string> tried = tried_keys(space, history);
  const auto found = std::ranges::find_if(level, [&](const Config& config) { return is_open(space, history, tried, config); });
  if (found == level.end()) return std::nullopt;
  return *found;
}

}  // namespace sweetspot
