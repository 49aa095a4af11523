#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace demo {

/// Reads the inside of one tool call as it comes: {"name": "...", "arguments": {...}}. The arguments are the model's own
/// bytes: nothing is corrected.
class CallParser {
public:
  void feed(std::string_view text);

  /// Everything fed so far.
  const std::string& raw() const { return raw_; }
  /// Name and the start of the arguments are known.
  bool opened() const { return arguments_at_ != 0; }
  const std::string& name() const { return name_; }
  /// Arguments that are new since the last call.
  std::string take_arguments();
  /// The arguments are a whole JSON value.
  bool closed() const { return closed_; }

private:
  void find_header();
  void scan_arguments();

  std::string raw_;
  std::string name_;
  std::size_t arguments_at_ = 0;
  std::size_t scanned_ = 0;
  std::size_t taken_ = 0;
  int depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
  bool closed_ = false;
};

}  // namespace demo
