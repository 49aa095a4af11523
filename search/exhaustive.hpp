#pragma once

#include "core/search_space.hpp"
#include "core/trial.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace sweetspot {

/// The baseline, every single change, then every pair, ...; in a random order within each level.
std::optional<Config> propose_exhaustive(const SearchSpace& space, const std::vector<Trial>& history, std::uint64_t seed);

}  // namespace sweetspot
