#pragma once

#include "backends/safetensors.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace sweetspot {

/// A model folder as Hugging Face and MLX lay it out, without the weights themselves.
struct ModelFolder {
  std::filesystem::path path;
  std::int64_t size_bytes = 0;                   ///< of the files with the model's tensors
  std::map<std::string, std::string> documents;  ///< texts by file name: config.json, chat_template.jinja, ...
  std::vector<SafeTensor> tensors;               ///< of the files that the index names, else of model*.safetensors
  std::vector<SafeTensor> beside;                ///< of other files, such as mtp.safetensors
  std::vector<std::string> files;                ///< with the model's tensors, by name
  std::vector<std::string> files_beside;
  std::vector<std::string> lost;  ///< tensors that the index names and no file holds
  bool has_tokenizer = false;
};

/// Throws Error: no such folder, not readable, no config.json or one that is no JSON object, no weights, a part that the index
/// or the other parts' names call for and that is not there, a file that is broken. A folder of the Hugging Face cache
/// (models--ORG--NAME) means its newest snapshot.
ModelFolder read_model_folder(const std::filesystem::path& path);

}  // namespace sweetspot
