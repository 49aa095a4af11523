#include "search/strategy.hpp"

#include "core/error.hpp"
#include "core/text.hpp"
#include "search/exhaustive.hpp"
#include "search/random.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

namespace sweetspot {

namespace {

/// Up to here each configuration is measured once and the rest of the time goes into telling the best apart (search.md).
constexpr std::size_t small_space = 40;

std::optional<Config> propose_auto(const SearchSpace& space, const std::vector<Trial>& history, std::uint64_t seed) {
  const bool small = valid_configurations(space, small_space + 1).size() <= small_space;
  return small ? propose_exhaustive(space, history, seed) : propose_random(space, history, seed);
}

constexpr std::array<Strategy, 3> registry{{
    {"auto", "exhaustive for at most 40 configurations, random beyond", propose_auto},
    {"exhaustive", "single changes, then pairs, ... each configuration once", propose_exhaustive},
    {"random", "single changes, then uniformly from the rest", propose_random},
}};

}  // namespace

std::span<const Strategy> strategies() { return registry; }

const Strategy& find_strategy(std::string_view name) {
  const auto found = std::ranges::find(registry, name, &Strategy::name);
  if (found != registry.end()) return *found;
  std::vector<std::string> names;
  std::string known = "known are";
  for (const Strategy& strategy : registry) {
    known += (names.empty() ? " " : ", ") + std::string(strategy.name);
    names.emplace_back(strategy.name);
  }
  throw Error{"there is no strategy \"" + std::string(name) + "\"", did_you_mean(name, names, known)};
}

}  // namespace sweetspot
