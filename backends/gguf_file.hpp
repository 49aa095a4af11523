#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace sweetspot {

struct GgufTensor {
  std::string name;
  std::uint32_t type = 0;
  std::uint64_t elements = 0;
  std::uint64_t bytes = 0;  ///< 0 for a type that is newer than our table
  bool operator==(const GgufTensor&) const = default;
};

/// Whole numbers, texts and short lists of whole numbers; everything else is passed over.
using GgufValue = std::variant<std::int64_t, std::string, std::vector<std::int64_t>>;

/// The header of a GGUF model: metadata and the tensor table, of all its files where it is split (llama.cpp's split.*).
struct GgufFile {
  std::filesystem::path path;  ///< of the first file
  std::int64_t size_bytes = 0;
  std::map<std::string, GgufValue> metadata;  ///< of the first file
  std::vector<GgufTensor> tensors;

  std::int64_t integer(const std::string& key, std::int64_t otherwise) const;
  std::string text(const std::string& key) const;  ///< control characters made visible
  /// A list; a single number as a list of one; empty when there is none.
  std::vector<std::int64_t> integers(const std::string& key) const;
  /// The value of ARCHITECTURE.key.
  std::int64_t own_integer(const std::string& key, std::int64_t otherwise) const;
};

/// Throws Error: no such file, a folder, not readable, not GGUF (says what it seems to be), cut short (size against the
/// tensor table), a part that is not the first, a part that is not there.
GgufFile read_gguf_file(const std::filesystem::path& path);

/// The layer that a tensor belongs to; -1 for those outside.
std::int64_t layer_of(const GgufTensor& tensor);

/// Layers of the model itself, without those of a draft head, which are the last.
std::int64_t trunk_layers(const GgufFile& file);

/// Weights that plain decoding reads for one token: all but the draft head, other rows of the input's embeddings (where they
/// are not the output's, too) and the experts that are not used.
std::int64_t bytes_per_token(const GgufFile& file);

}  // namespace sweetspot
