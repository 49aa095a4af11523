#include "core/id.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <random>

namespace sweetspot {

std::string new_id() {
  std::random_device device;
  const auto word = [&] { return static_cast<std::uint32_t>(device()); };
  const std::uint32_t a = word();
  const std::uint32_t b = word();
  const std::uint32_t c = word();
  const std::uint32_t d = word();
  // RFC 9562: version 4 in the third group, variant 10 at the head of the fourth.
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:04x}{:08x}", a, b >> 16, (b & 0x0FFFu) | 0x4000u,
                     ((c >> 16) & 0x3FFFu) | 0x8000u, c & 0xFFFFu, d);
}

}  // namespace sweetspot
