#pragma once

#include "backends/chat_json.hpp"
#include "backends/descriptor.hpp"
#include "backends/sse_parser.hpp"
#include "core/request_sample.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace sweetspot {

/// Reads an answer of Anthropic's messages API that was not streamed into the sample, in chat's words, with what it breaks of
/// the protocol. Pure. A call's arguments are an object there, of which only the values count.
void read_messages_answer(const EngineDescriptor::Protocol& protocol, const std::string& body, RequestSample& sample);

/// Reads a streamed one byte by byte. Events go by their names; blocks are started, filled and stopped in turn, counted from
/// 0; unknown events and deltas are passed over, as the API asks its clients to. Liberty of an engine: "open_blocks", blocks
/// are stopped late, while others have started.
class MessagesStream {
public:
  explicit MessagesStream(const EngineDescriptor::Protocol& protocol);

  /// `at_ms`: when the bytes arrived, after the request was sent. Throws TrialError when a limit of the stream is exceeded.
  void feed(std::string_view bytes, double at_ms);
  /// No more bytes will come: notes what is missing.
  void finish();

  const RequestSample& sample() const { return sample_; }
  /// Nothing is left here: to be called last.
  RequestSample take_sample() { return std::move(sample_); }
  /// When message_stop arrived.
  std::optional<double> terminated_ms() const { return terminated_ms_; }

private:
  struct Block {
    std::string type;
    bool open = true;
    std::size_t call = 0;  ///< of a tool_use: its place in the sample
    std::string input;     ///< of a tool_use: what its start holds
  };

  void take_event(const SseEvent& event);
  void take_type(std::string_view type, const boost::json::object& event);
  void take_start(const boost::json::object& event);
  void take_block(const boost::json::object& event);
  void take_delta(const boost::json::object& event);
  void fill(Block& block, const boost::json::object& delta);
  void take_stop(const boost::json::object& event);
  void take_end(const boost::json::object& event);
  Block* block_of(const boost::json::object& event, std::string_view what);
  void add(Channel channel, std::string& to, std::string_view text);

  bool counts_;
  bool may_stay_open_;
  SseParser parser_;
  JsonReader reader_;
  RequestSample sample_;
  std::map<std::int64_t, Block> blocks_;
  bool started_ = false;
  double now_ms_ = 0;
  std::optional<double> terminated_ms_;
};

}  // namespace sweetspot
