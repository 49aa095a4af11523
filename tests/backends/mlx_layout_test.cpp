#include "backends/mlx_layout.hpp"

#include <doctest/doctest.h>

using namespace sweetspot;

namespace {

/// Shapes of a row of `columns`.
MlxShapes shapes(std::int64_t columns, std::int64_t bits, std::int64_t group_size) {
  return {columns * bits / 32, columns / group_size, true};
}

}  // namespace

TEST_SUITE("backends/mlx_layout") {
  TEST_CASE("with the columns every layout that MLX offers is told from its shapes") {
    for (const std::int64_t bits : {2, 3, 4, 5, 6, 8}) {
      for (const std::int64_t group_size : {32, 64, 128}) {
        CAPTURE(bits);
        CAPTURE(group_size);
        CHECK(mlx_layout(shapes(4096, bits, group_size), 4096, MlxLayout{"affine", 4, 64}) ==
              MlxLayout{"affine", bits, group_size});
      }
    }
  }

  TEST_CASE("without them the claim counts where it can be true, else the most common layout") {
    CHECK(mlx_layout(shapes(4096, 8, 32), 0, MlxLayout{"affine", 8, 32}) == MlxLayout{"affine", 8, 32});
    CHECK(mlx_layout(shapes(4096, 8, 32), 0, std::nullopt) == MlxLayout{"affine", 4, 64});
    CHECK(mlx_layout(shapes(4096, 4, 32), 0, MlxLayout{"affine", 4, 64}) == MlxLayout{"affine", 4, 32});
    CHECK(mlx_layout(shapes(4096, 5, 64), 0, MlxLayout{"affine", 4, 64}) == MlxLayout{"affine", 5, 64});
  }

  TEST_CASE("without biases the mode follows from the words per group") {
    CHECK(mlx_layout({512, 128, false}, 4096, std::nullopt) == MlxLayout{"mxfp4", 4, 32});
    CHECK(mlx_layout({1024, 128, false}, 4096, std::nullopt) == MlxLayout{"mxfp8", 8, 32});
    CHECK(mlx_layout({512, 256, false}, 4096, std::nullopt) == MlxLayout{"nvfp4", 4, 16});
    CHECK(layout_text({"nvfp4", 4, 16}) == "nvfp4, group 16");
  }

  TEST_CASE("shapes of nothing that MLX writes give nothing") {
    CHECK_FALSE(mlx_layout({7, 3, true}, 0, std::nullopt));
    CHECK_FALSE(mlx_layout({512, 100, false}, 0, std::nullopt));
    CHECK_FALSE(mlx_layout({0, 0, true}, 0, std::nullopt));
    // Columns that cannot be the matrix's own do not count.
    CHECK(mlx_layout(shapes(4096, 4, 64), 1000, std::nullopt) == MlxLayout{"affine", 4, 64});
  }
}
