#include "demo_engine/server/stop_texts.hpp"

#include <algorithm>
#include <utility>

namespace demo {

namespace {

/// Bytes at the end of `text` that `stop` begins with, but not all of it.
std::size_t begun(std::string_view text, std::string_view stop) {
  for (std::size_t size = std::min(text.size(), stop.size() - 1); size > 0; --size) {
    if (stop.starts_with(text.substr(text.size() - size))) return size;
  }
  return 0;
}

}  // namespace

std::string StopTexts::take(std::string_view piece) {
  if (met_) return {};
  if (texts_.empty()) return std::string(piece);
  kept_ += piece;
  std::size_t end = std::string::npos;
  std::size_t back = 0;
  for (const std::string& stop : texts_) {
    end = std::min(end, kept_.find(stop));
    back = std::max(back, begun(kept_, stop));
  }
  met_ = end != std::string::npos;
  if (!met_) end = kept_.size() - back;
  std::string out = kept_.substr(0, end);
  kept_.erase(0, met_ ? kept_.size() : end);
  return out;
}

std::string StopTexts::rest() { return std::exchange(kept_, {}); }

}  // namespace demo
