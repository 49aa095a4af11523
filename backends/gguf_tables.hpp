#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace sweetspot {

/// Tensor data comes in blocks of so many elements and bytes.
struct TensorBlock {
  std::uint64_t elements = 1;
  std::uint64_t bytes = 0;
};

/// By the number that a tensor's type has in GGUF; nothing for numbers that are not known here.
std::optional<TensorBlock> tensor_block(std::uint32_t type);

/// "Q4_K" for 12 and so on; "type N" for numbers not known here.
std::string tensor_type_name(std::uint32_t type);

/// "Q4_K_M" for 15 and so on, the number of general.file_type; "" below zero, "type N" for numbers not known here.
std::string file_type_name(std::int64_t file_type);

}  // namespace sweetspot
