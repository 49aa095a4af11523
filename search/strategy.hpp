#pragma once

#include "core/config.hpp"
#include "core/search_space.hpp"
#include "core/trial.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace sweetspot {

/// Which configuration next: a full, canonical, valid configuration that is not in the history, or nothing when all that
/// may be tried was tried. Stateless: the same history and seed give the same proposal, so resume and replay are the same
/// call. A trial that was interrupted does not count as tried.
using Propose = std::optional<Config> (*)(const SearchSpace& space, const std::vector<Trial>& history, std::uint64_t seed);

struct Strategy {
  std::string_view name;
  std::string_view description;
  Propose propose;
};

/// The registry, the default first.
std::span<const Strategy> strategies();

/// Throws Error with "did you mean" when there is none of that name.
const Strategy& find_strategy(std::string_view name);

}  // namespace sweetspot
