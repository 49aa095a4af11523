#pragma once

#include "core/study.hpp"

#include <filesystem>

namespace sweetspot {

/// What a GGUF file says of itself, from its metadata alone. Throws Error: no such file, a folder, not readable, not GGUF
/// (says what it seems to be), cut short (size against the tensor table).
ModelIdentity read_gguf(const std::filesystem::path& path);

}  // namespace sweetspot
