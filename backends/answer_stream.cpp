#include "backends/answer_stream.hpp"

#include <type_traits>
#include <utility>

namespace sweetspot {
namespace {

/// What `use` makes of the stream that is held.
template <typename Result, typename Stream, typename Use>
Result used(Stream& held, Use use) {
  return std::visit(
      [&](auto& stream) -> Result {
        if constexpr (std::is_same_v<std::decay_t<decltype(stream)>, std::monostate>) {
          std::terminate();  // never: the constructor leaves a stream
        } else {
          return use(stream);
        }
      },
      held);
}

}  // namespace

AnswerStream::AnswerStream(const EngineDescriptor::Protocol& protocol, Api api) {
  switch (api) {
    case Api::messages: stream_.emplace<MessagesStream>(protocol); return;
    case Api::responses: stream_.emplace<ResponsesStream>(protocol); return;
    case Api::chat: stream_.emplace<ChatStream>(protocol); return;
  }
}

void AnswerStream::feed(std::string_view bytes, double at_ms) {
  used<void>(stream_, [&](auto& stream) { stream.feed(bytes, at_ms); });
}

void AnswerStream::finish() {
  used<void>(stream_, [](auto& stream) { stream.finish(); });
}

const RequestSample& AnswerStream::sample() const {
  return used<const RequestSample&>(stream_, [](auto& stream) -> const RequestSample& { return stream.sample(); });
}

RequestSample AnswerStream::take_sample() {
  return used<RequestSample>(stream_, [](auto& stream) { return stream.take_sample(); });
}

std::optional<double> AnswerStream::terminated_ms() const {
  return used<std::optional<double>>(stream_, [](auto& stream) { return stream.terminated_ms(); });
}

}  // namespace sweetspot
