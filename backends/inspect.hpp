#pragma once

#include "core/inspection.hpp"

#include <filesystem>

namespace sweetspot {

struct GgufFile;
struct ModelFolder;

/// What a model really is: a GGUF file, or a folder with config.json and safetensors files. Nothing of the weights is read.
/// Throws Error for what is neither, and for what is broken (read_gguf_file, read_model_folder). Findings are those that
/// the files alone tell; `path` is as given.
ModelInspection inspect_model(const std::filesystem::path& path);

/// Of the parts; pure.
ModelInspection inspect_gguf(const GgufFile& file);
ModelInspection inspect_folder(const ModelFolder& folder);

/// Findings that both formats have alike: chat template, draft heads. To be called last.
void add_common_findings(ModelInspection& model);

}  // namespace sweetspot
