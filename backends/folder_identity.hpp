#pragma once

#include "core/study.hpp"

#include <filesystem>

namespace sweetspot {

/// What a study needs to know of a model folder (read_model_folder, with its errors; inspect_folder). `sha256` is a cheap
/// fingerprint as of a GGUF file: of the names, sizes, first and last 64 KiB of the files with weights, and of the texts and
/// the tokenizer beside them.
ModelIdentity folder_identity(const std::filesystem::path& path);

}  // namespace sweetspot
