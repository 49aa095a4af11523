#pragma once

#include "backends/descriptor.hpp"
#include "core/study.hpp"

#include <string>

namespace sweetspot {

/// The model that `named` means to this engine: a GGUF file, a model folder or a name, as its descriptor says; for an engine
/// with built-in models one of their names, by default the first. `option` is what the user gives it with. Throws Error for
/// what is no model, or no model for this engine.
ModelIdentity find_model(const EngineDescriptor& engine, const std::string& named, const std::string& option);

/// Whether the engine takes what is named, by its form alone.
bool takes(const EngineDescriptor& engine, const std::string& named);

/// The saved model as it is now: read again when it is a file or a folder.
ModelIdentity model_now(const ModelIdentity& saved);

}  // namespace sweetspot
