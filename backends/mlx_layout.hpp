#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sweetspot {

/// How MLX stores a quantised matrix (mlx.core.quantize): each row as bits packed into 32-bit words, and a scale for each
/// group of `group_size` columns; in mode affine a bias for each, too.
struct MlxLayout {
  std::string mode = "affine";
  std::int64_t bits = 0;
  std::int64_t group_size = 0;
  bool operator==(const MlxLayout&) const = default;
};

/// What the shapes of one such matrix say.
struct MlxShapes {
  std::int64_t words = 0;   ///< last extent of the packed weight
  std::int64_t groups = 0;  ///< last extent of the scales
  bool has_biases = true;
};

/// The layout that the shapes mean. Words per group fix bits * group_size; so the columns that the matrix must have
/// (`columns`, 0: not known) decide which, and without them `claimed` where it agrees with the shapes, else the most common:
/// 4 bits before 8, 6, 5, 3, 2. Without biases the mode follows from the words per group: nvfp4 2, mxfp4 4, mxfp8 8. Nothing
/// when no layout of MLX has these shapes.
std::optional<MlxLayout> mlx_layout(const MlxShapes& shapes, std::int64_t columns, const std::optional<MlxLayout>& claimed);

/// "4 bits, group 64"; "mxfp4, group 32".
std::string layout_text(const MlxLayout& layout);

}  // namespace sweetspot
