#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace sweetspot {

/// Seeded random numbers that are the same on every standard library (std distributions are not). SplitMix64.
class Rng {
public:
  explicit Rng(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  /// Uniform in [0, bound); bound > 0. Unbiased.
  std::uint64_t below(std::uint64_t bound);
  /// Uniform in [0, 1).
  double unit();
  /// Standard normal (Box-Muller).
  double normal();

  template <typename T>
  void shuffle(std::vector<T>& items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }
  template <typename T>
  const T& pick(const std::vector<T>& items) {
    return items[below(items.size())];
  }

private:
  std::uint64_t state_;
};

/// A seed for a named purpose, so that streams do not overlap (FNV-1a over the name, mixed with the seed).
std::uint64_t derived_seed(std::uint64_t seed, std::string_view purpose);

}  // namespace sweetspot
