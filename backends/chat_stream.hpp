#pragma once

#include "backends/descriptor.hpp"
#include "backends/sse_parser.hpp"
#include "core/request_sample.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>

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
  /// When the terminator arrived.
  std::optional<double> terminated_ms() const { return terminated_ms_; }

private:
  void take_event(const std::string& data);
  void take_document(const nlohmann::ordered_json& document);
  void take_choice(const nlohmann::ordered_json& choice);
  void take_delta(const nlohmann::ordered_json& delta);
  std::size_t take_calls(const nlohmann::ordered_json& fragments);
  std::size_t take_call(const nlohmann::ordered_json& fragment);
  ToolCall& call_of(const nlohmann::ordered_json& fragment);

  EngineDescriptor::Protocol protocol_;
  SseParser parser_;
  RequestSample sample_;
  double now_ms_ = 0;
  std::optional<double> terminated_ms_;
};

}  // namespace sweetspot
