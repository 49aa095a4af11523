#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sweetspot {

/// What makes a text no JSON document, and at which byte it shows.
struct StrictJson {
  std::string fault;  ///< empty: the text is one sound document
  std::size_t offset = 0;
  bool ok() const { return fault.empty(); }
  bool operator==(const StrictJson&) const = default;
};

/// RFC 8259 to the letter, as clients read tool arguments: also refuses duplicate keys, bytes after the document, NaN and
/// Infinity, leading zeros, raw control characters, bytes that are not UTF-8, lone surrogates, and nesting beyond
/// limits::json_depth. Does not recurse.
StrictJson check_strict_json(std::string_view text);

/// Equal values: key order is free, strings are equal byte for byte, numbers as they are written (1, 1.0 and 1.00 are
/// three values). False when one of them is not sound.
bool same_json(std::string_view a, std::string_view b);

/// The first place where two sound documents differ, as "/address/city: expected \"Oslo\", observed \"Oso\"" ("" before
/// the colon for the whole document); empty when they are equal.
std::string json_difference(std::string_view expected, std::string_view observed);

}  // namespace sweetspot
