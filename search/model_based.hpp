#pragma once

#include "core/search_space.hpp"
#include "core/trial.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace sweetspot {

/// The baseline; each value that may change the output, alone; the winners of other machines; a few configurations far from
/// one another; then what is expected to improve the best most, by a Gaussian process of speed, less the doubt that
/// it works, by another of failures (search.md "Design"). A few milliseconds for up to 100 trials.
std::optional<Config> propose_gaussian_process(const SearchSpace& space, const std::vector<Trial>& history, std::uint64_t seed);

}  // namespace sweetspot
