#pragma once

#include "backends/descriptor.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sweetspot {

/// Where a user's programs and models lie; read by nobody but the command line.
struct Surroundings {
  std::filesystem::path home;
  std::map<std::string, std::string> variables;
  std::vector<std::filesystem::path> program_folders;      ///< of the system, beside PATH: /opt/homebrew/bin, /usr/local/bin
  std::vector<std::filesystem::path> application_folders;  ///< /Applications
};

/// PATH, then the folders of other programs that are there: the system's, ~/.local/bin, those of pipx and uv, LM Studio's, and
/// those within applications; separated by ":". At most 200 folders are looked at in one place.
std::string program_search_path(const Surroundings& around, const std::string& path_variable);

struct InstalledModel {
  std::string name;    ///< "ORG/NAME", "ORG/NAME/FILE" where there are several, "NAME:TAG" of Ollama
  std::string source;  ///< "Hugging Face", "llama.cpp", "LM Studio", "Ollama"
  std::filesystem::path path;
  std::string format;  ///< "gguf" or "safetensors"
  std::int64_t size_bytes = 0;
  std::int64_t changed = 0;  ///< in the file system's own clock: only the order counts
  bool operator==(const InstalledModel&) const = default;
};

struct InstalledModels {
  std::vector<InstalledModel> models;  ///< newest first
  bool complete = true;                ///< false: there was more than is looked at
};

/// Models in the caches of Hugging Face (HF_HUB_CACHE, HF_HOME), llama.cpp (LLAMA_CACHE), LM Studio and Ollama
/// (OLLAMA_MODELS), wherever they are by default. Looks at no more than 50,000 entries and lists no more than 1,000 models;
/// what cannot be read is not there. Projectors and all parts of a split model but the first are left out.
InstalledModels installed_models(const Surroundings& around);

/// The model of that name, or whose last part is that name, whatever the case. Throws Error when several are meant.
std::optional<InstalledModel> find_installed(const std::vector<InstalledModel>& models, const std::string& name);

/// Whether the engine loads models of this format from files.
bool takes(const EngineDescriptor& engine, const InstalledModel& model);

}  // namespace sweetspot
