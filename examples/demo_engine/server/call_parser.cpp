#include "demo_engine/server/call_parser.hpp"

#include <algorithm>

namespace demo {

namespace {

constexpr std::string_view blanks = " \t\r\n";

/// Where the value of a key begins; npos while it is not there.
std::size_t value_of(std::string_view text, std::string_view key) {
  const auto at = text.find(key);
  if (at == std::string_view::npos) return at;
  const auto colon = text.find_first_not_of(blanks, at + key.size());
  if (colon == std::string_view::npos || text[colon] != ':') return std::string_view::npos;
  return text.find_first_not_of(blanks, colon + 1);
}

}  // namespace

void CallParser::feed(std::string_view text) {
  raw_ += text;
  if (!opened()) find_header();
  if (opened()) scan_arguments();
}

std::string CallParser::take_arguments() {
  std::string fresh = raw_.substr(taken_, scanned_ - taken_);
  taken_ = scanned_;
  return fresh;
}

void CallParser::find_header() {
  const auto name = value_of(raw_, "\"name\"");
  if (name == std::string::npos || raw_[name] != '"') return;
  const auto end = raw_.find('"', name + 1);
  if (end == std::string::npos) return;
  const auto arguments = value_of(std::string_view(raw_).substr(end), "\"arguments\"");
  if (arguments == std::string::npos) return;
  name_ = raw_.substr(name + 1, end - name - 1);
  arguments_at_ = scanned_ = taken_ = end + arguments;
}

void CallParser::scan_arguments() {
  for (; scanned_ < raw_.size() && !closed_; ++scanned_) {
    const char c = raw_[scanned_];
    if (in_string_) {
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
      }
      continue;
    }
    if (c == '"') in_string_ = true;
    if (c == '{' || c == '[') ++depth_;
    // An object that ends before anything was opened is the call's own: the arguments were no object.
    if ((c == '}' || c == ']') && --depth_ <= 0) {
      closed_ = true;
      if (depth_ < 0) return;
    }
  }
}

}  // namespace demo
