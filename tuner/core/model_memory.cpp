#include "core/model_memory.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace sweetspot {

namespace {

constexpr std::int64_t context_step = 256;  ///< llama.cpp pads the cache to this

struct TypeRow {
  std::string_view name;
  double bytes;
};

constexpr std::array<TypeRow, 9> types_known{{{"f32", 4.0},
                                              {"f16", 2.0},
                                              {"bf16", 2.0},
                                              {"q8_0", 34.0 / 32},
                                              {"q5_1", 24.0 / 32},
                                              {"q5_0", 22.0 / 32},
                                              {"q4_1", 20.0 / 32},
                                              {"q4_0", 18.0 / 32},
                                              {"iq4_nl", 18.0 / 32}}};

}  // namespace

std::optional<double> cache_bytes_per_number(std::string_view type) {
  const auto* row = std::ranges::find(types_known, type, &TypeRow::name);
  return row == types_known.end() ? std::nullopt : std::optional(row->bytes);
}

std::optional<MemoryAtContext> memory_at_context(const ModelMemory& model, std::int64_t context, const CacheTypes& types) {
  const auto key = cache_bytes_per_number(types.key);
  const auto value = cache_bytes_per_number(types.value);
  if (!key || !value || (model.cache.empty() && model.state_bytes == 0)) return std::nullopt;
  const std::int64_t padded = (std::max<std::int64_t>(context, 0) + context_step - 1) / context_step * context_step;
  double bytes = 0;
  for (const CacheGroup& group : model.cache) {
    const std::int64_t tokens = group.window > 0 ? std::min(padded, group.window) : padded;
    const double of_token = static_cast<double>(group.key_length) * *key + static_cast<double>(group.value_length) * *value;
    bytes += static_cast<double>(group.layers * group.heads) * static_cast<double>(tokens) * of_token;
  }
  return MemoryAtContext{model.weights_bytes, static_cast<std::int64_t>(std::llround(bytes)), model.state_bytes};
}

std::int64_t context_within(const ModelMemory& model, std::int64_t bytes, std::int64_t most) {
  const auto fits = [&](std::int64_t steps) {
    const auto memory = memory_at_context(model, steps * context_step);
    return memory && memory->total_bytes() <= bytes;
  };
  std::int64_t low = 0;
  std::int64_t high = std::max<std::int64_t>(most, 0) / context_step;
  while (low < high) {
    const std::int64_t middle = low + (high - low + 1) / 2;
    if (fits(middle)) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low * context_step;
}

}  // namespace sweetspot
