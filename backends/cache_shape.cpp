#include "backends/cache_shape.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace sweetspot {

namespace {

using Json = nlohmann::json;

constexpr std::int64_t most_layers = 10'000;
constexpr std::int64_t state_bytes_per_number = 4;  ///< recurrent states are kept in 32 bits

/// Every how many layers one sees everything, where the metadata names a window and no pattern (llama.cpp's models).
struct PatternRow {
  std::string_view architecture;
  std::int64_t period;
};
constexpr std::array<PatternRow, 8> patterns_known{{{"gemma2", 2},
                                                    {"gemma3", 6},
                                                    {"gemma3n", 5},
                                                    {"gpt-oss", 2},
                                                    {"cohere2", 4},
                                                    {"exaone4", 4},
                                                    {"olmo2", 4},
                                                    {"smallthinker", 4}}};

void add_layer(std::vector<CacheGroup>& groups, const CacheGroup& layer) {
  for (CacheGroup& group : groups) {
    CacheGroup same = group;
    same.layers = layer.layers;
    if (same != layer) continue;
    group.layers += layer.layers;
    return;
  }
  groups.push_back(layer);
}

/// Of layer `i`: a list's own value, one value for all, else `otherwise`.
std::int64_t of_layer(const std::vector<std::int64_t>& values, std::size_t i, std::int64_t otherwise) {
  if (values.size() == 1) return values.front();
  return i < values.size() ? values[i] : otherwise;
}

struct Windows {
  std::int64_t tokens = 0;
  std::int64_t period = 0;             ///< the last of so many layers sees everything; 1: all of them do
  std::vector<std::int64_t> of_layer;  ///< 1: that layer has a window
};

/// A window without a pattern is taken for none: what is then too large is not held against the model.
Windows gguf_windows(const GgufFile& file, const std::string& architecture) {
  Windows windows;
  windows.tokens = file.own_integer("attention.sliding_window", 0);
  const auto pattern = file.integers(architecture + ".attention.sliding_window_pattern");
  if (pattern.size() > 1) {
    windows.of_layer = pattern;
    return windows;
  }
  const auto* row = std::ranges::find(patterns_known, architecture, &PatternRow::architecture);
  windows.period = pattern.empty() ? (row == patterns_known.end() ? 1 : row->period) : pattern.front();
  return windows;
}

std::int64_t window_of(const Windows& windows, std::size_t i) {
  if (windows.tokens <= 0) return 0;
  if (!windows.of_layer.empty()) return windows.of_layer[i % windows.of_layer.size()] != 0 ? windows.tokens : 0;
  const auto period = static_cast<std::size_t>(std::max<std::int64_t>(windows.period, 0));
  const bool all_see_a_window = period == 0;
  return all_see_a_window || i % period < period - 1 ? windows.tokens : 0;
}

/// Of one recurrent layer: what the convolution keeps, and the state itself (llama.cpp's n_embd_r and n_embd_s).
std::int64_t gguf_state_bytes(const GgufFile& file) {
  const std::int64_t inner = file.own_integer("ssm.inner_size", 0);
  const std::int64_t state = file.own_integer("ssm.state_size", 0);
  const std::int64_t groups = file.own_integer("ssm.group_count", 0);
  const std::int64_t kernel = std::max<std::int64_t>(file.own_integer("ssm.conv_kernel", 1), 1);
  return ((kernel - 1) * (inner + 2 * groups * state) + state * inner) * state_bytes_per_number;
}

}  // namespace

ModelMemory gguf_memory(const GgufFile& file) {
  ModelMemory memory;
  for (const GgufTensor& tensor : file.tensors) memory.weights_bytes += static_cast<std::int64_t>(tensor.bytes);
  const std::string architecture = file.text("general.architecture");
  const std::int64_t layers = trunk_layers(file);
  const std::int64_t width = file.own_integer("embedding_length", 0);
  const auto heads = file.integers(architecture + ".attention.head_count");
  const auto kv_heads = file.integers(architecture + ".attention.head_count_kv");
  if (layers <= 0 || layers > most_layers || heads.empty()) return memory;
  const Windows windows = gguf_windows(file, architecture);
  const bool latent = file.own_integer("attention.key_length_mla", 0) > 0;
  const std::int64_t interval = file.own_integer("full_attention_interval", 0);
  const std::int64_t state_bytes = gguf_state_bytes(file);
  for (std::size_t i = 0; i < static_cast<std::size_t>(layers); ++i) {
    const std::int64_t queries = of_layer(heads, i, 0);
    const std::int64_t length = queries > 0 ? width / queries : 0;
    CacheGroup layer;
    layer.layers = 1;
    layer.heads = of_layer(kv_heads, i, queries);
    layer.key_length = file.own_integer("attention.key_length", length);
    layer.value_length = latent ? 0 : file.own_integer("attention.value_length", length);
    layer.window = window_of(windows, i);
    if (layer.window > 0) {  // where windows have lengths of their own
      layer.key_length = file.own_integer("attention.key_length_swa", layer.key_length);
      layer.value_length = file.own_integer("attention.value_length_swa", layer.value_length);
    }
    const bool recurrent = interval > 0 && (i + 1) % static_cast<std::size_t>(interval) != 0;
    if (recurrent || layer.heads <= 0) {
      memory.state_bytes += state_bytes;
    } else {
      add_layer(memory.cache, layer);
    }
  }
  return memory;
}

namespace {

std::int64_t whole(const Json& json, const char* name, std::int64_t otherwise) {
  const auto found = json.find(name);
  constexpr double most = 1e12;
  if (found == json.end() || !found->is_number()) return otherwise;
  const auto value = found->get<double>();
  return value >= 0 && value < most ? static_cast<std::int64_t>(value) : otherwise;
}

/// Of one layer of linear attention: the state in 32 bits, the convolution's in 16.
std::int64_t linear_state_bytes(const Json& config) {
  const std::int64_t keys = whole(config, "linear_key_head_dim", 0);
  const std::int64_t values = whole(config, "linear_value_head_dim", 0);
  const std::int64_t key_heads = whole(config, "linear_num_key_heads", 0);
  const std::int64_t value_heads = whole(config, "linear_num_value_heads", 0);
  const std::int64_t kernel = std::max<std::int64_t>(whole(config, "linear_conv_kernel_dim", 1), 1);
  return value_heads * keys * values * state_bytes_per_number + (kernel - 1) * (2 * key_heads * keys + value_heads * values) * 2;
}

/// "full_attention", "sliding_attention", "linear_attention", ... of layer `i`.
std::string kind_of(const Json& config, std::size_t i) {
  const auto kinds = config.find("layer_types");
  if (kinds != config.end() && kinds->is_array() && i < kinds->size() && (*kinds)[i].is_string())
    return (*kinds)[i].get<std::string>();
  const auto interval = static_cast<std::size_t>(whole(config, "full_attention_interval", 0));
  if (interval > 0) return (i + 1) % interval == 0 ? "full_attention" : "linear_attention";
  const auto pattern = static_cast<std::size_t>(whole(config, "sliding_window_pattern", 0));
  if (pattern > 0) return (i + 1) % pattern == 0 ? "full_attention" : "sliding_attention";
  return "full_attention";
}

}  // namespace

ModelMemory config_memory(const Json& config) {
  const auto inner = config.find("text_config");
  if (inner != config.end() && inner->is_object()) return config_memory(*inner);
  ModelMemory memory;
  const std::int64_t layers = whole(config, "num_hidden_layers", 0);
  const std::int64_t queries = whole(config, "num_attention_heads", 0);
  if (layers <= 0 || layers > most_layers || queries <= 0) return memory;
  CacheGroup layer;
  layer.layers = 1;
  layer.heads = whole(config, "num_key_value_heads", queries);
  layer.key_length = whole(config, "head_dim", whole(config, "hidden_size", 0) / queries);
  layer.value_length = layer.key_length;
  if (const std::int64_t rank = whole(config, "kv_lora_rank", 0); rank > 0)
    layer = {1, 1, rank + whole(config, "qk_rope_head_dim", 0), 0, 0};
  const std::int64_t window = whole(config, "sliding_window", 0);
  for (std::size_t i = 0; i < static_cast<std::size_t>(layers); ++i) {
    const std::string kind = kind_of(config, i);
    if (kind == "full_attention" || kind == "sliding_attention" || kind == "chunked_attention") {
      layer.window = kind == "sliding_attention" ? window : 0;
      add_layer(memory.cache, layer);
    } else {
      memory.state_bytes += linear_state_bytes(config);
    }
  }
  return memory;
}

}  // namespace sweetspot
