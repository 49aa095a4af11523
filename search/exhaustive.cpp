#include "search/exhaustive.hpp"

#include "search/untried.hpp"

#include <cstddef>

namespace sweetspot {

std::optional<Config> propose_exhaustive(const SearchSpace& space, const std::vector<Trial>& history, std::uint64_t seed) {
  for (std::size_t changes = 0; changes <= space.axes.size(); ++changes) {
    if (auto next = first_open_of_level(space, history, changes, seed)) return next;
    if (changes != 1) continue;
    if (auto next = first_open_dependent(space, history, seed)) return next;
  }
  return std::nullopt;
}

}  // namespace sweetspot
