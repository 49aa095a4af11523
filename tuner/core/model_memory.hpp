#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sweetspot {

/// Layers whose caches are of one shape.
struct CacheGroup {
  std::int64_t layers = 0;
  std::int64_t heads = 0;         ///< of keys and values
  std::int64_t key_length = 0;    ///< numbers a head keeps for one token
  std::int64_t value_length = 0;  ///< 0 where the values are read from the keys (latent attention)
  std::int64_t window = 0;        ///< tokens that a sliding window keeps; 0: all
  bool operator==(const CacheGroup&) const = default;
};

/// What of a model has to be in memory while it is served.
struct ModelMemory {
  std::int64_t weights_bytes = 0;
  std::vector<CacheGroup> cache;  ///< empty: the metadata does not tell
  std::int64_t state_bytes = 0;   ///< of recurrent layers, for one sequence, whatever its length
  bool operator==(const ModelMemory&) const = default;
};

/// Types of the two caches, by the names of llama.cpp.
struct CacheTypes {
  std::string key = "f16";
  std::string value = "f16";
};

struct MemoryAtContext {
  std::int64_t weights_bytes = 0;
  std::int64_t cache_bytes = 0;
  std::int64_t state_bytes = 0;
  std::int64_t total_bytes() const { return weights_bytes + cache_bytes + state_bytes; }
  bool operator==(const MemoryAtContext&) const = default;
};

/// Bytes that one number takes in a cache of this type: f32 4, f16 and bf16 2; in blocks of 32 numbers q8_0 34 bytes, q5_1 24,
/// q5_0 22, q4_1 20, q4_0 and iq4_nl 18 (ggml's block sizes). Nothing for a type that is not known here.
std::optional<double> cache_bytes_per_number(std::string_view type);

/// Weights, and cache = sum over groups: layers * tokens * heads * (key_length * k + value_length * v), where k and v are
/// cache_bytes_per_number() and tokens is the context rounded up to 256 as llama.cpp does, at most the window where there
/// is one. A lower bound: buffers for computing come on top, and with them a sliding window keeps a batch more. Nothing when
/// the cache's shape or a type is not known.
std::optional<MemoryAtContext> memory_at_context(const ModelMemory& model, std::int64_t context, const CacheTypes& types = {});

/// The longest context, in steps of 256 and at most `most`, whose memory_at_context() is within `bytes`; 0: none is.
std::int64_t context_within(const ModelMemory& model, std::int64_t bytes, std::int64_t most);

}  // namespace sweetspot
