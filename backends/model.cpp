#include "backends/model.hpp"

#include "backends/emission.hpp"
#include "backends/folder_identity.hpp"
#include "backends/gguf.hpp"
#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace sweetspot {

namespace {

std::string wanted(const EngineDescriptor& engine) {
  switch (engine.identity.model_form) {
    case ModelForm::gguf: return "a model file";
    case ModelForm::folder: return "a model folder";
    case ModelForm::name: return "a model's name";
  }
  return {};
}

/// One that only the engine knows by this name.
ModelIdentity model_of_name(const std::string& name) {
  ModelIdentity model;
  model.name = escape_control(name);
  model.path = name;
  model.sha256 = digest(name);
  model.has_chat_template = true;  // nobody can tell, and the reference shows what comes of it
  return model;
}

ModelIdentity named_model(const EngineDescriptor& engine, const std::string& named) {
  std::error_code error;
  const bool folder = std::filesystem::is_directory(named, error);
  switch (engine.identity.model_form) {
    case ModelForm::folder: return folder_identity(named);
    case ModelForm::name: return folder ? folder_identity(named) : model_of_name(named);
    case ModelForm::gguf: break;
  }
  if (folder && std::filesystem::exists(std::filesystem::path(named) / "config.json", error))
    throw Error{named + " is a model folder, and " + engine.name + " takes a GGUF file",
                "name a .gguf file, or use an engine that takes folders, such as mlx-lm"};
  return read_gguf(named);
}

}  // namespace

ModelIdentity find_model(const EngineDescriptor& engine, const std::string& named, const std::string& option) {
  const auto& built_in = engine.identity.models;
  if (built_in.empty()) {
    if (named.empty()) throw Error{"no model was named", "give " + wanted(engine) + " with " + option};
    return named_model(engine, named);
  }
  ModelIdentity model;
  model.name = named.empty() ? built_in.front() : named;
  if (std::ranges::find(built_in, model.name) == built_in.end())
    throw Error{engine.name + " has no model \"" + escape_control(named) + "\"",
                did_you_mean(named, built_in, "it has " + listed(built_in))};
  model.path = model.name;
  model.sha256 = digest(model.name);
  model.architecture = "built in";
  model.has_chat_template = true;
  model.nextn_predict_layers = 1;  // what drafts for it is built in, too
  return model;
}

ModelIdentity model_now(const ModelIdentity& saved) {
  if (saved.size_bytes == 0) return saved;
  std::error_code error;
  return std::filesystem::is_directory(saved.path, error) ? folder_identity(saved.path) : read_gguf(saved.path);
}

bool takes(const EngineDescriptor& engine, const std::string& named) {
  if (!engine.identity.models.empty()) return std::ranges::find(engine.identity.models, named) != engine.identity.models.end();
  std::error_code error;
  const bool folder = std::filesystem::is_directory(named, error);
  switch (engine.identity.model_form) {
    case ModelForm::gguf: return !folder;
    case ModelForm::folder: return folder;
    case ModelForm::name: return folder || !std::filesystem::exists(named, error);
  }
  return false;
}

}  // namespace sweetspot
