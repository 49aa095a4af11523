#pragma once

#include "backends/api.hpp"
#include "backends/chat_stream.hpp"
#include "backends/descriptor.hpp"
#include "backends/messages_reader.hpp"
#include "backends/responses_reader.hpp"
#include "core/request_sample.hpp"

#include <optional>
#include <string_view>
#include <variant>

namespace sweetspot {

/// A streamed answer of any API, read as ChatStream reads chat's.
class AnswerStream {
public:
  AnswerStream(const EngineDescriptor::Protocol& protocol, Api api);

  void feed(std::string_view bytes, double at_ms);
  void finish();
  const RequestSample& sample() const;
  RequestSample take_sample();
  std::optional<double> terminated_ms() const;

private:
  std::variant<std::monostate, ChatStream, MessagesStream, ResponsesStream> stream_;
};

}  // namespace sweetspot
