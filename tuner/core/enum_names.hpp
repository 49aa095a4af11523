#pragma once

#include "core/error.hpp"

#include <array>
#include <cassert>
#include <cstddef>
#include <string>
#include <string_view>

namespace sweetspot {

/// The name of an enumerator whose enumeration counts from 0 in the order of `names`.
template <typename Enum, std::size_t N>
std::string_view enum_name(const std::array<std::string_view, N>& names, Enum value) {
  const auto index = static_cast<std::size_t>(value);
  assert(index < N);
  return names[index];
}

/// The reverse. Throws Error that lists what is allowed.
template <typename Enum, std::size_t N>
Enum enum_from(const std::array<std::string_view, N>& names, std::string_view text, std::string_view what) {
  std::string allowed;
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == text) return static_cast<Enum>(i);
    allowed += (i == 0 ? "" : ", ") + std::string(names[i]);
  }
  throw Error{"\"" + std::string(text) + "\" is no " + std::string(what), "known are " + allowed};
}

}  // namespace sweetspot
