#pragma once

#include "backends/descriptor.hpp"
#include "core/study.hpp"

#include <string>

namespace sweetspot {

/// The model that `named` means to this engine: a GGUF file, or for an engine with built-in models one of their names, by
/// default the first. `option` is what the user gives it with. Throws Error for a name or a file that is no model.
ModelIdentity find_model(const EngineDescriptor& engine, const std::string& named, const std::string& option);

/// The saved model as it is now: read again when it is a file.
ModelIdentity model_now(const ModelIdentity& saved);

}  // namespace sweetspot
