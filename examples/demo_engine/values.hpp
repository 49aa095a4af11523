#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace demo {

/// Something in a request that may be the value of a parameter.
struct Value {
  enum class Kind { verbatim, quoted, path, address, time, date, number, code, name, expression };
  Kind kind = Kind::name;
  std::string text;
  std::string before;  ///< the word before it, lower case
  std::string after;   ///< the word after it, lower case
  std::size_t at = 0;
  std::size_t end = 0;
  bool used = false;
};

/// All of them in the order of the text. Quoted and verbatim texts are not searched for further values.
std::vector<Value> values_in(std::string_view text);

/// What stands after "exactly this text ...:" up to the end, every character of it.
std::optional<Value> verbatim_in(std::string_view text);

}  // namespace demo
