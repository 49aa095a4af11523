#pragma once

#include "backends/mlx_layout.hpp"
#include "backends/safetensors.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sweetspot {

enum class TensorPart { trunk, draft_head, experts, embeddings, output, other_senses };

/// A tensor of a model folder, with scales and biases counted to the matrix that they belong to.
struct FolderTensor {
  std::string module;  ///< name without ".weight"
  std::string stored;  ///< "BF16", or layout_text()
  std::int64_t parameters = 0;
  std::int64_t bytes = 0;
  TensorPart part = TensorPart::trunk;
  std::int64_t draft_layer = 0;  ///< within the draft head
  bool quantised = false;
  std::optional<MlxLayout> layout;  ///< of a quantised matrix; nothing where the shapes fit none
};

/// What config.json says of the model's dimensions and quantisation.
struct FolderClaims {
  std::int64_t layers = 0;
  std::int64_t hidden = 0;
  std::int64_t attention_width = 0;                     ///< heads * head_dim: columns of the output projection
  std::optional<MlxLayout> layout;                      ///< of every quantised matrix
  std::map<std::string, MlxLayout> layouts_of_modules;  ///< where single modules have their own
  std::optional<MlxLayout> draft_layout;                ///< of the draft head
};

/// The layout claimed for a module.
std::optional<MlxLayout> claimed_layout(const FolderClaims& claims, const FolderTensor& tensor);

/// The tensors with what their names and shapes tell: MLX's packed matrices have a twin NAME.scales. Columns are the hidden
/// size (from a norm's own extent), or for a down projection the rows of its up projection.
std::vector<FolderTensor> folder_tensors(const std::vector<SafeTensor>& tensors, const FolderClaims& claims);

}  // namespace sweetspot
