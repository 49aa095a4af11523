#include "search/random.hpp"

#include "core/rng.hpp"
#include "search/untried.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <utility>

namespace sweetspot {

namespace {

/// Spaces up to this size are listed, which is exact and ends surely; larger ones are drawn from.
constexpr std::size_t listed_configurations = 4096;
/// Draws before a large but nearly used up (or mostly refused) space is listed after all.
constexpr int draws = 20'000;

std::optional<Config> uniform_from_list(const SearchSpace& space, const std::vector<Trial>& history, Rng& rng) {
  const std::set<std::string> tried = tried_keys(space, history);
  std::vector<Config> open = valid_configurations(space);
  std::erase_if(open, [&](const Config& config) { return !is_open(space, history, tried, config); });
  if (open.empty()) return std::nullopt;
  return rng.pick(open);
}

/// Each axis with every value once, the baseline's among them.
std::vector<Axis> complete_axes(const SearchSpace& space) {
  std::vector<Axis> axes;
  for (const Axis& axis : space.axes) {
    Axis complete{.parameter = axis.parameter, .values = {}};
    const auto add = [&](const Value& value) {
      if (std::ranges::find(complete.values, value) == complete.values.end()) complete.values.push_back(value);
    };
    const auto usual = space.baseline.values.find(axis.parameter);
    if (usual != space.baseline.values.end()) add(usual->second);
    std::ranges::for_each(axis.values, add);
    axes.push_back(std::move(complete));
  }
  return axes;
}

/// Every combination is drawn with the same probability and kept only in its canonical form, so that configurations
/// which many combinations stand for are not favoured.
std::optional<Config> uniform_by_drawing(const SearchSpace& space, const std::vector<Trial>& history, Rng& rng) {
  const std::vector<Axis> axes = complete_axes(space);
  const std::set<std::string> tried = tried_keys(space, history);
  for (int draw = 0; draw < draws; ++draw) {
    Config config = space.baseline;
    for (const Axis& axis : axes) config.values.insert_or_assign(axis.parameter, rng.pick(axis.values));
    if (canonical(space, config) == config && !refusal(space, config) && is_open(space, history, tried, config)) return config;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Config> propose_random(const SearchSpace& space, const std::vector<Trial>& history, std::uint64_t seed) {
  for (std::size_t changes = 0; changes <= 1; ++changes) {
    if (auto next = first_open_of_level(space, history, changes, seed)) return next;
  }
  if (auto next = first_open_dependent(space, history, seed)) return next;
  Rng rng(derived_seed(seed, "search/random " + std::to_string(history.size())));
  if (valid_configurations(space, listed_configurations + 1).size() > listed_configurations) {
    if (auto next = uniform_by_drawing(space, history, rng)) return next;
  }
  return uniform_from_list(space, history, rng);
}

}  // namespace sweetspot
