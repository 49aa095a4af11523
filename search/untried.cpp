#include "search/untried.hpp"

#include "core/rng.hpp"
#include "search/known_bad.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace sweetspot {

namespace {

constexpr std::size_t remedies_most = 6;

/// What a pair of changes tries as a remedy: the value that was bad by itself, and the other parameter's name.
using Remedy = std::pair<std::pair<std::string, Value>, std::string>;

std::optional<Remedy> remedy_of(const Config& changed, const std::vector<Trial>& history, AllowLossy allow_lossy) {
  if (changed.values.size() != 2) return std::nullopt;
  const auto first = *changed.values.begin();
  const auto second = *std::next(changed.values.begin());
  const auto bad = [&](const auto& entry) { return contains_known_bad(Config{{entry}}, history, allow_lossy); };
  if (bad(first) == bad(second)) return std::nullopt;
  return bad(first) ? Remedy{first, second.first} : Remedy{second, first.first};
}

}  // namespace

std::set<std::string> tried_keys(const SearchSpace& space, const std::vector<Trial>& history) {
  std::set<std::string> tried;
  for (const Trial& trial : history) {
    const bool cut_off = trial.failure && trial.failure->kind == FailureKind::interrupted;
    const bool begun_only = !trial.failure && !trial.verdict && trial.visits.empty();
    if (!cut_off && !begun_only) tried.insert(key(canonical(space, trial.config)));
  }
  return tried;
}

bool is_open(const SearchSpace& space, const std::vector<Trial>& history, const std::set<std::string>& tried,
             const Config& config) {
  return !tried.contains(key(config)) && !contains_known_bad(difference(config, space.baseline), history, space.allow_lossy);
}

std::optional<Config> first_open_dependent(const SearchSpace& space, const std::vector<Trial>& history, std::uint64_t seed) {
  std::map<std::string, std::vector<Value>> seen;
  const auto see = [&](const Config& config) {
    for (const auto& [name, value] : difference(config, space.baseline).values) seen[name].push_back(value);
  };
  const auto is_new = [&](const std::pair<const std::string, Value>& entry) {
    return std::ranges::find(seen[entry.first], entry.second) == seen[entry.first].end();
  };
  for (const Config& config : configurations_with_changes(space, 1)) see(config);
  const bool all_alone = std::ranges::all_of(space.axes, [&](const Axis& axis) {
    return std::ranges::all_of(axis.values, [&](const Value& value) {
      const auto usual = space.baseline.values.find(axis.parameter);
      return (usual != space.baseline.values.end() && usual->second == value) || !is_new({axis.parameter, value});
    });
  });
  if (all_alone) return std::nullopt;
  std::vector<Config> pairs = configurations_with_changes(space, 2);
  Rng(derived_seed(seed, "search/dependent")).shuffle(pairs);
  const std::set<std::string> tried = tried_keys(space, history);
  for (const Config& config : pairs) {
    if (tried.contains(key(config))) see(config);
  }
  const auto found = std::ranges::find_if(pairs, [&](const Config& config) {
    const auto changed = difference(config, space.baseline).values;
    return std::ranges::any_of(changed, is_new) && is_open(space, history, tried, config);
  });
  if (found == pairs.end()) return std::nullopt;
  return *found;
}

std::optional<Config> first_untried_remedy(const SearchSpace& space, const std::vector<Trial>& history, std::uint64_t seed) {
  std::vector<Remedy> seen;
  for (const Trial& trial : history) {
    if (const auto remedy = remedy_of(trial.changed, history, space.allow_lossy)) seen.push_back(*remedy);
  }
  if (seen.size() >= remedies_most) return std::nullopt;
  std::vector<Config> pairs = configurations_with_changes(space, 2);
  Rng(derived_seed(seed, "search/remedy")).shuffle(pairs);
  const std::set<std::string> tried = tried_keys(space, history);
  const auto found = std::ranges::find_if(pairs, [&](const Config& config) {
    const auto remedy = remedy_of(difference(config, space.baseline), history, space.allow_lossy);
    return remedy && !tried.contains(key(config)) && std::ranges::find(seen, *remedy) == seen.end();
  });
  if (found == pairs.end()) return std::nullopt;
  return *found;
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
