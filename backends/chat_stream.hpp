#pragma once

#include "backends/chat_json.hpp"
#include "backends/descriptor.hpp"
#include "backends/sse_parser.hpp"
#include "core/request_sample.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace sweetspot {

/// Reads a streamed chat answer byte by byte into a sample: text, calls, times, counters, and what it breaks of the
/// protocol. Knows no socket and no clock.
class ChatStream {
public:
  explicit ChatStream(EngineDescriptor::Protocol protocol) : protocol_(std::move(protocol)) {}

  /// `at_ms`: when the bytes arrived, after the request was sent. Throws TrialError when a limit of the stream is exceeded.
  void feed(std::string_view bytes, double at_ms);
  /// No more bytes will come: notes what is missing.
  void finish();

  const RequestSample& sample() const { return sample_; }
  /// Nothing is left here: to be called last.
  RequestSample take_sample() { return std::move(sample_); }
  /// When the terminator arrived.
  std::optional<double> terminated_ms() const { return terminated_ms_; }

private:
  void take_event(const std::string& data);
  void take_document(const boost::json::value& document);
  void take_choice(const boost::json::object& choice);
  void take_delta(const boost::json::object& delta);
  std::size_t take_calls(const boost::json::value& fragments);
  std::size_t take_call(const boost::json::object& fragment);
  ToolCall& call_of(const boost::json::object& fragment);

  EngineDescriptor::Protocol protocol_;
  SseParser parser_;
  JsonReader reader_;
  RequestSample sample_;
  double now_ms_ = 0;
  std::optional<double> terminated_ms_;
};

}  // namespace sweetspot
