#pragma once

#include "core/search_space.hpp"
#include "core/trial.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace sweetspot {

/// Keys of the configurations in the history, canonical. An interrupted trial does not count as tried.
std::set<std::string> tried_keys(const SearchSpace& space, const std::vector<Trial>& history);

/// Whether a canonical, valid configuration may be proposed: neither tried nor holding a value that is broken by itself.
bool is_open(const SearchSpace& space, const std::vector<Trial>& history, const std::set<std::string>& tried,
             const Config& config);

/// The first open configuration of two changes that tries a value which does nothing, or is refused, as the only change
/// (a mode of speculation while there is none); nothing when each such value was tried.
std::optional<Config> first_open_dependent(const SearchSpace& space, const std::vector<Trial>& history, std::uint64_t seed);

/// When all else was tried: a value that was bad by itself, beside another change that was not, because the one may be what
/// the other lacks (drafts beside a prompt cache that is off). Each other parameter is given one try with each such value,
/// and a study six in all; nothing when they are done.
std::optional<Config> first_untried_remedy(const SearchSpace& space, const std::vector<Trial>& history, std::uint64_t seed);

/// The first open configuration with exactly this many changes, in the seed's order; nothing when the level is done.
std::optional<Config> first_open_of_level(const SearchSpace& space, const std::vector<Trial>& history, std::size_t changes,
                                          std::uint64_t seed);

}  // namespace sweetspot
