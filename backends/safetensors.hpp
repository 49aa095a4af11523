#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sweetspot {

struct SafeTensor {
  std::string name;
  std::string type;                 ///< "BF16", "U32"
  std::vector<std::int64_t> shape;  ///< the longest stride first
  std::int64_t bytes = 0;
  bool operator==(const SafeTensor&) const = default;
};

struct SafetensorsFile {
  std::filesystem::path path;
  std::int64_t size_bytes = 0;
  std::vector<SafeTensor> tensors;
};

/// The header of a safetensors file: 8 bytes with its length, little-endian, then JSON with type, shape and place of every
/// tensor (https://github.com/huggingface/safetensors). Throws Error: not there, not readable, cut short, no such file at all
/// (says what it seems to be), a header larger than the file or than 100 MB (the reference reader's limit), places that do
/// not match the shapes.
SafetensorsFile read_safetensors(const std::filesystem::path& path);

}  // namespace sweetspot
