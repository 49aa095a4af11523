#pragma once

#include <string>
#include <string_view>

namespace sweetspot {

/// 32 hexadecimal digits that change with the text: two FNV-1a hashes of 64 bits with different offsets. For cache keys and
/// identities, not for secrets.
std::string digest(std::string_view text);

}  // namespace sweetspot
