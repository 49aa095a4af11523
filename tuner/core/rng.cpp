#include "core/rng.hpp"

#include <cassert>
#include <cmath>
#include <numbers>

namespace sweetspot {

std::uint64_t Rng::next() {
  // Constants of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
  state_ += 0x9E3779B97F4A7C15u;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

std::uint64_t Rng::below(std::uint64_t bound) {
  assert(bound > 0);
  // The lowest 2^64 mod bound results are drawn again, so that every remainder is equally likely.
  const std::uint64_t rejected = (0 - bound) % bound;
  std::uint64_t drawn = next();
  while (drawn < rejected) drawn = next();
  return drawn % bound;
}

double Rng::unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

double Rng::normal() {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - unit()));
  return radius * std::cos(2.0 * std::numbers::pi * unit());
}

std::uint64_t derived_seed(std::uint64_t seed, std::string_view purpose) {
  std::uint64_t hash = 0xCBF29CE484222325u;
  for (const char c : purpose) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001B3u;
  }
  // Mixed twice, so that neighbouring seeds and purposes share no low bits.
  return Rng(hash ^ Rng(seed).next()).next();
}

}  // namespace sweetspot
