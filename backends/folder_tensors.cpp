#include "backends/folder_tensors.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

namespace sweetspot {

namespace {

using ByName = std::map<std::string, const SafeTensor*, std::less<>>;

constexpr std::string_view weight_ending = ".weight";
constexpr std::string_view scales_ending = ".scales";
constexpr std::string_view biases_ending = ".biases";

/// Projections that read the hidden state.
constexpr std::array<std::string_view, 17> reads_hidden{
    "q_proj",      "k_proj",    "v_proj",       "qkv_proj",  "q_a_proj",    "kv_a_proj_with_mqa",
    "gate_proj",   "up_proj",   "gate_up_proj", "gate",      "lm_head",     "embed_tokens",
    "in_proj_qkv", "in_proj_z", "in_proj_a",    "in_proj_b", "in_proj_qkvz"};
constexpr std::array<std::string_view, 7> other_senses{"vision_tower.",          "vision_model.", "visual.",       "audio_tower.",
                                                       "multi_modal_projector.", "vision_embed",  "sound_encoder."};

std::string_view last_word(std::string_view name) {
  const auto dot = name.rfind('.');
  return dot == std::string_view::npos ? name : name.substr(dot + 1);
}

std::string without(const std::string& name, std::string_view ending) {
  return name.ends_with(ending) ? name.substr(0, name.size() - ending.size()) : name;
}

std::int64_t elements_of(const SafeTensor& tensor) {
  std::int64_t elements = 1;
  for (const std::int64_t extent : tensor.shape) elements *= extent;
  return elements;
}

/// The number after "layers." or -1.
std::int64_t layer_of(const std::string& name) {
  constexpr std::string_view word = "layers.";
  const auto at = name.find(word);
  return at == std::string::npos ? -1 : std::atoll(name.c_str() + at + word.size());
}

void place(const std::string& name, const FolderClaims& claims, FolderTensor& tensor) {
  const std::int64_t layer = layer_of(name);
  const bool named =
      name.starts_with("mtp.") || name.find(".mtp.") != std::string::npos || name.find("nextn") != std::string::npos;
  const auto is_in = [&](std::string_view start) {
    return name.starts_with(start) || name.find("." + std::string(start)) != std::string::npos;
  };
  if (std::ranges::any_of(other_senses, is_in)) {
    tensor.part = TensorPart::other_senses;
  } else if (named || (claims.layers > 0 && layer >= claims.layers)) {
    tensor.part = TensorPart::draft_head;
    tensor.draft_layer = named ? std::max<std::int64_t>(layer, 0) : layer - claims.layers;
  } else if (name.find(".experts.") != std::string::npos || name.find(".switch_mlp.") != std::string::npos) {
    tensor.part = TensorPart::experts;
  } else if (last_word(tensor.module) == "embed_tokens") {
    tensor.part = TensorPart::embeddings;
  } else if (last_word(tensor.module) == "lm_head") {
    tensor.part = TensorPart::output;
  }
}

/// From the tensors where a norm over the hidden state is among them.
std::int64_t hidden_size(const std::vector<SafeTensor>& tensors, std::int64_t claimed) {
  for (const SafeTensor& tensor : tensors) {
    if (tensor.shape.size() == 1 && tensor.name.ends_with("input_layernorm.weight")) return tensor.shape.front();
  }
  return claimed;
}

std::int64_t columns_of(const std::string& module, const ByName& by_name, const FolderClaims& claims, std::int64_t hidden) {
  const std::string_view word = last_word(module);
  if (std::ranges::find(reads_hidden, word) != reads_hidden.end()) return hidden;
  if (word == "o_proj") return claims.attention_width;
  if (word != "down_proj") return 0;
  const std::string up = module.substr(0, module.size() - word.size()) + "up_proj" + std::string(weight_ending);
  const auto found = by_name.find(up);
  if (found == by_name.end() || found->second->shape.size() < 2) return 0;
  return found->second->shape[found->second->shape.size() - 2];
}

void read_layout(const SafeTensor& weight, const SafeTensor& scales, const SafeTensor* biases, const ByName& by_name,
                 const FolderClaims& claims, std::int64_t hidden, FolderTensor& tensor) {
  tensor.quantised = true;
  tensor.bytes += scales.bytes + (biases == nullptr ? 0 : biases->bytes);
  tensor.stored = "packed, of no known layout";
  if (weight.shape.empty() || scales.shape.empty()) return;
  tensor.layout = mlx_layout({weight.shape.back(), scales.shape.back(), biases != nullptr},
                             columns_of(tensor.module, by_name, claims, hidden), claimed_layout(claims, tensor));
  if (!tensor.layout) return;
  tensor.stored = layout_text(*tensor.layout);
  tensor.parameters = elements_of(weight) * 32 / tensor.layout->bits;
}

}  // namespace

std::optional<MlxLayout> claimed_layout(const FolderClaims& claims, const FolderTensor& tensor) {
  const auto own = claims.layouts_of_modules.find(tensor.module);
  if (own != claims.layouts_of_modules.end()) return own->second;
  return tensor.part == TensorPart::draft_head && claims.draft_layout ? claims.draft_layout : claims.layout;
}

std::vector<FolderTensor> folder_tensors(const std::vector<SafeTensor>& tensors, const FolderClaims& claims) {
  ByName by_name;
  for (const SafeTensor& tensor : tensors) by_name[tensor.name] = &tensor;
  const auto find = [&](const std::string& name) -> const SafeTensor* {
    const auto found = by_name.find(name);
    return found == by_name.end() ? nullptr : found->second;
  };
  const std::int64_t hidden = hidden_size(tensors, claims.hidden);
  std::vector<FolderTensor> result;
  for (const SafeTensor& tensor : tensors) {
    const std::string owner = without(without(tensor.name, scales_ending), biases_ending);
    if (owner != tensor.name && find(owner + std::string(weight_ending)) != nullptr) continue;
    FolderTensor row;
    row.module = without(tensor.name, weight_ending);
    row.stored = tensor.type;
    row.parameters = elements_of(tensor);
    row.bytes = tensor.bytes;
    place(tensor.name, claims, row);
    const SafeTensor* scales = find(row.module + std::string(scales_ending));
    if (tensor.type == "U32" && scales != nullptr && scales != &tensor)
      read_layout(tensor, *scales, find(row.module + std::string(biases_ending)), by_name, claims, hidden, row);
    result.push_back(std::move(row));
  }
  return result;
}

}  // namespace sweetspot
