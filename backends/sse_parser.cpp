#include "backends/sse_parser.hpp"

#include "core/failure.hpp"
#include "core/limits.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sweetspot {

void SseParser::feed(std::string_view bytes, const OnEvent& on_event) {
  while (!bytes.empty()) {
    if (after_cr_ && bytes.front() == '\n') bytes.remove_prefix(1);
    after_cr_ = false;
    // Not find_first_of, which calls a function for each byte.
    const auto found = std::find_if(bytes.begin(), bytes.end(), [](char c) { return c == '\n' || c == '\r'; });
    const auto end = static_cast<std::size_t>(found - bytes.begin());
    const auto piece = bytes.substr(0, end);
    if (line_.size() + piece.size() > limits::sse_line_bytes) {
      throw TrialError{Failure{
          FailureKind::bad_response, fmt::format("the stream holds a line of more than {} bytes", limits::sse_line_bytes), {}}};
    }
    if (end == bytes.size()) {
      line_ += piece;
      return;
    }
    after_cr_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    if (line_.empty()) {
      take_line(piece, on_event);
    } else {
      line_ += piece;
      // Taken out first: an event handler that throws must not leave the line behind.
      const std::string line = std::move(line_);
      line_.clear();
      take_line(line, on_event);
    }
  }
}

std::string SseParser::unterminated() const {
  std::string rest = pending_.data;
  if (has_data_ && !line_.empty()) rest += '\n';
  return rest + line_;
}

void SseParser::take_line(std::string_view line, const OnEvent& on_event) {
  if (at_start_ && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  at_start_ = false;
  if (line.empty()) {
    if (has_data_) {
      if (++events_ > limits::sse_events) {
        throw TrialError{
            Failure{FailureKind::bad_response, fmt::format("the stream holds more than {} events", limits::sse_events), {}}};
      }
      on_event(pending_);
    }
    pending_.event.clear();
    pending_.data.clear();
    has_data_ = false;
    return;
  }
  if (line.front() == ':') {
    ++comments_;
    return;
  }
  const auto colon = line.find(':');
  const auto field = line.substr(0, colon);
  auto value = colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "data") {
    if (has_data_) pending_.data += '\n';
    pending_.data += value;
    has_data_ = true;
  } else if (field == "event") {
    pending_.event = value;
  } else if (field == "id" && value.find('\0') == std::string_view::npos) {
    pending_.id = value;
  }
}

}  // namespace sweetspot
