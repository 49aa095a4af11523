#pragma once

#include "core/search_space.hpp"
#include "core/trial.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace sweetspot {

/// The baseline, every single change, every value that acts only with another, then single changes of the fastest so far.
std::optional<Config> propose_one_at_a_time(const SearchSpace& space, const std::vector<Trial>& history, std::uint64_t seed);

}  // namespace sweetspot
