#include "core/digest.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace sweetspot {
namespace {

// FNV-1a, 64 bits: offset basis and prime of the published algorithm; the second basis is the first one rotated.
constexpr std::uint64_t basis = 0xcbf29ce484222325ULL;
constexpr std::uint64_t second_basis = 0x84222325cbf29ce4ULL;
constexpr std::uint64_t prime = 0x100000001b3ULL;

}  // namespace

std::string digest(std::string_view text) {
  std::uint64_t first = basis;
  std::uint64_t second = second_basis;
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    first = (first ^ byte) * prime;
    second = (second ^ (byte + 0x5bU)) * prime;
  }
  return fmt::format("{:016x}{:016x}", first, second);
}

}  // namespace sweetspot
