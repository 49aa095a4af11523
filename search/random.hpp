#pragma once

#include "core/search_space.hpp"
#include "core/trial.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace sweetspot {

/// The baseline, then uniformly among what was not tried.
std::optional<Config> propose_random(const SearchSpace& space, const std::vector<Trial>& history, std::uint64_t seed);

}  // namespace sweetspot
