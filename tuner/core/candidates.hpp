#pragma once

#include "core/search_space.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace sweetspot {

/// Configurations as indices into each axis' values: 1e6 of them with 20 axes take 40 MB.
struct Candidates {
  std::vector<Axis> axes;            ///< of the space, each value once, the baseline's among them
  std::vector<ValueIndex> baseline;  ///< its index in each axis
  std::vector<ValueIndex> indices;   ///< candidate after candidate, one index an axis
  std::size_t size = 0;              ///< number of candidates
  bool complete = true;              ///< every valid configuration of the space is here

  std::span<const ValueIndex> row(std::size_t candidate) const { return {indices.data() + candidate * axes.size(), axes.size()}; }
};

inline constexpr std::size_t enumerated_most = 1'000'000;

/// Every valid configuration in canonical form, each once; constraints are looked at as soon as their parameters have
/// values. When there are more than `limit`: so many of them drawn at random, not complete (search.md: enumerated to 1e6,
/// sampled beyond).
Candidates candidates(const SearchSpace& space, std::uint64_t seed, std::size_t limit = enumerated_most);

/// Configurations that differ from `row` in one axis and are valid and canonical, as a row after another.
std::vector<ValueIndex> neighbours(const SearchSpace& space, const Candidates& candidates, std::span<const ValueIndex> row);

Config config_of(const SearchSpace& space, const Candidates& candidates, std::span<const ValueIndex> row);

/// Nothing when the configuration has a value that no axis lists.
std::optional<std::vector<ValueIndex>> row_of(const Candidates& candidates, const Config& config);

}  // namespace sweetspot
