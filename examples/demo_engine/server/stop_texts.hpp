#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace demo {

/// Ends a text before the first of the texts that a request names in `stop`. What may be the beginning of one is kept back
/// until the text shows that it is none.
class StopTexts {
public:
  explicit StopTexts(std::vector<std::string> texts) : texts_(std::move(texts)) {}
  /// What may go out now; nothing once a stop text was met.
  std::string take(std::string_view piece);
  /// No more text comes: what was kept back.
  std::string rest();
  bool met() const { return met_; }

private:
  std::vector<std::string> texts_;
  std::string kept_;
  bool met_ = false;
};

}  // namespace demo
