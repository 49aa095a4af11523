#include "backends/mlx_layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sweetspot {

namespace {

constexpr std::int64_t word_bits = 32;
// What mlx.core.quantize offers, the most common first.
constexpr std::array<std::int64_t, 7> bit_widths{4, 8, 6, 5, 3, 2, 1};
constexpr std::array<std::int64_t, 4> group_sizes{64, 32, 128, 16};

struct FloatMode {
  const char* mode;
  std::int64_t bits;
  std::int64_t group_size;
};
constexpr std::array<FloatMode, 3> float_modes{{{"mxfp4", 4, 32}, {"mxfp8", 8, 32}, {"nvfp4", 4, 16}}};

bool fits(const MlxShapes& shapes, std::int64_t bits, std::int64_t group_size) {
  return shapes.words * word_bits == bits * group_size * shapes.groups;
}

}  // namespace

std::optional<MlxLayout> mlx_layout(const MlxShapes& shapes, std::int64_t columns, const std::optional<MlxLayout>& claimed) {
  if (shapes.words <= 0 || shapes.groups <= 0) return std::nullopt;
  if (!shapes.has_biases) {
    for (const FloatMode& row : float_modes) {
      if (fits(shapes, row.bits, row.group_size)) return MlxLayout{row.mode, row.bits, row.group_size};
    }
    return std::nullopt;
  }
  if (columns > 0 && columns % shapes.groups == 0 && shapes.words * word_bits % columns == 0) {
    MlxLayout layout{"affine", shapes.words * word_bits / columns, columns / shapes.groups};
    const bool offered = std::ranges::find(bit_widths, layout.bits) != bit_widths.end() &&
                         std::ranges::find(group_sizes, layout.group_size) != group_sizes.end();
    if (offered) return layout;
  }
  if (claimed && fits(shapes, claimed->bits, claimed->group_size)) return MlxLayout{"affine", claimed->bits, claimed->group_size};
  for (const std::int64_t bits : bit_widths) {
    for (const std::int64_t group_size : group_sizes) {
      if (fits(shapes, bits, group_size)) return MlxLayout{"affine", bits, group_size};
    }
  }
  return std::nullopt;
}

std::string layout_text(const MlxLayout& layout) {
  if (layout.mode != "affine") return fmt::format("{}, group {}", layout.mode, layout.group_size);
  return fmt::format("{} bits, group {}", layout.bits, layout.group_size);
}

}  // namespace sweetspot
