#pragma once

#include "core/study.hpp"

#include <filesystem>

namespace sweetspot {

/// What a model folder (Hugging Face form: config.json, a tokenizer, *.safetensors) says of itself, from its JSON files and
/// the headers of its weights. Throws Error that names the folder and the way out: no such folder, a file, no config.json,
/// no weights, a shard that is missing, a header that is cut short. `sha256` is a cheap fingerprint as of a GGUF file: it
/// tells the names, sizes and headers of the weights and the texts beside them apart.
ModelIdentity read_model_folder(const std::filesystem::path& folder);

}  // namespace sweetspot
