#pragma once

#include "backends/gguf_file.hpp"
#include "core/model_memory.hpp"

#include <nlohmann/json_fwd.hpp>

namespace sweetspot {

/// The caches of a GGUF model as llama.cpp lays them out, from its metadata: heads and lengths of keys and values layer by
/// layer, sliding windows (the pattern from the metadata, else the architecture's), latent attention, recurrent layers.
/// `cache` stays empty where the metadata does not tell. Weights are all tensors.
ModelMemory gguf_memory(const GgufFile& file);

/// The same from the config.json of a Hugging Face or MLX model, or from its text_config. Weights are left at 0.
ModelMemory config_memory(const nlohmann::json& config);

}  // namespace sweetspot
