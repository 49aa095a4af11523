#pragma once

#include "core/study.hpp"

#include <filesystem>

namespace sweetspot {

/// What a GGUF file says of itself, from its metadata alone. Throws Error: no such file, a folder, not readable, not GGUF
/// (says what it seems to be), cut short (size against the tensor table). `sha256` holds a cheap fingerprint that only
/// tells files apart, no cryptographic digest: two 64-bit FNV-1a sums over the first MiB, the last MiB and the size.
ModelIdentity read_gguf(const std::filesystem::path& path);

}  // namespace sweetspot
