#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace sweetspot {

struct SseEvent {
  std::string event;  ///< "" when not named
  std::string data;
  std::string id;
};

/// Incremental parser of server-sent events as the HTML standard says: lines end with CR, LF or CRLF (also split over
/// reads), one BOM at the start is dropped, comments and unknown fields are ignored, data lines are joined with LF, an
/// event is dispatched on the blank line only. Bytes are passed on as they are: UTF-8 split over reads is no matter.
class SseParser {
public:
  using OnEvent = std::function<void(const SseEvent&)>;
  /// Throws TrialError(bad_response) when a line or the number of events exceeds the limits.
  void feed(std::string_view bytes, const OnEvent& on_event);
  /// What was left without a final blank line (evidence; the standard discards it).
  std::string unterminated() const;
  std::size_t comments() const { return comments_; }

private:
  void take_line(std::string_view line, const OnEvent& on_event);

  std::string line_;
  SseEvent pending_;
  bool has_data_ = false;
  bool at_start_ = true;
  bool after_cr_ = false;
  std::size_t events_ = 0;
  std::size_t comments_ = 0;
};

}  // namespace sweetspot
