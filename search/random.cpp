#include "search/random.hpp"

#include "core/candidates.hpp"
#include "core/rng.hpp"
#include "search/untried.hpp"

#include <cstddef>
#include <set>
#include <string>

namespace sweetspot {

std::optional<Config> propose_random(const SearchSpace& space, const std::vector<Trial>& history, std::uint64_t seed) {
  const std::set<std::string> tried = tried_keys(space, history);
  if (is_open(space, history, tried, space.baseline)) return space.baseline;
  const std::string purpose = "search/random " + std::to_string(history.size());
  const Candidates all = candidates(space, derived_seed(seed, purpose));
  Rng rng(derived_seed(seed, purpose));
  // A walk through all of them from a random place would favour what follows a gap: each look is a draw without return.
  std::vector<std::size_t> places(all.size);
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = i;
  for (std::size_t i = 0; i < places.size(); ++i) {
    std::swap(places[i], places[i + rng.below(places.size() - i)]);
    Config config = config_of(space, all, all.row(places[i]));
    if (is_open(space, history, tried, config)) return config;
  }
  return std::nullopt;
}

}  // namespace sweetspot
