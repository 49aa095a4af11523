#pragma once

#include <cstdint>
#include <string_view>

namespace demo {

/// SplitMix64's finaliser: every bit of the result depends on every bit of the argument.
constexpr std::uint64_t scrambled(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15U;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
  return x ^ (x >> 31);
}

constexpr std::uint64_t combined(std::uint64_t hash, std::uint64_t value) { return scrambled(hash * 31 + value); }

constexpr std::uint64_t text_hash(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return scrambled(hash);
}

/// In [0, 1).
constexpr double unit(std::uint64_t hash) { return static_cast<double>(hash >> 11) * 0x1p-53; }

/// Mean 0, standard deviation 1, nothing beyond 3.5: the sum of four uniform numbers. Bounded, so that a small noise never
/// flips a clear choice, and the same on every machine.
constexpr double bell(std::uint64_t hash) {
  const std::uint64_t sum = (hash & 0xFFFF) + ((hash >> 16) & 0xFFFF) + ((hash >> 32) & 0xFFFF) + (hash >> 48);
  return (static_cast<double>(sum) / 65536.0 - 2.0) * 1.7320508075688772;
}

}  // namespace demo
