#pragma once

#include "backends/chat_json.hpp"
#include "backends/descriptor.hpp"
#include "backends/sse_parser.hpp"
#include "core/request_sample.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sweetspot {

/// Reads an answer of OpenAI's responses API that was not streamed into the sample, in chat's words, with what it breaks of
/// the protocol. Pure.
void read_responses_answer(const EngineDescriptor::Protocol& protocol, const std::string& body, RequestSample& sample);

/// Reads a streamed one byte by byte. An item is added, filled and done; what its deltas say is what its done events and the
/// response at the end say, because clients take either. Unknown events of a response are passed over, as there are new ones
/// all the time. Liberty of an engine: "no_output_index", events name their item by its id or call id alone.
class ResponsesStream {
public:
  explicit ResponsesStream(const EngineDescriptor::Protocol& protocol);

  /// `at_ms`: when the bytes arrived, after the request was sent. Throws TrialError when a limit of the stream is exceeded.
  void feed(std::string_view bytes, double at_ms);
  /// No more bytes will come: notes what is missing.
  void finish();

  const RequestSample& sample() const { return sample_; }
  /// Nothing is left here: to be called last.
  RequestSample take_sample() { return std::move(sample_); }
  /// When the response ended: completed, incomplete or failed.
  std::optional<double> terminated_ms() const { return terminated_ms_; }

private:
  struct Item {
    std::string type;
    std::vector<std::string> ids;  ///< that events may name it by
    std::string text;              ///< of a message or of thoughts
    bool has_part = false;         ///< of a message: a content part was added
    std::size_t call = 0;          ///< of a function_call: its place in the sample
    bool done = false;
  };

  void take_event(const SseEvent& event);
  void take_type(std::string_view type, const boost::json::object& event);
  void take_item(const boost::json::object& event);
  void take_part(const boost::json::object& event);
  void take_text(const boost::json::object& event);
  void take_thought(const boost::json::object& event);
  void take_arguments(const boost::json::object& event);
  void take_text_done(const boost::json::object& event);
  void take_arguments_done(const boost::json::object& event);
  void take_item_done(const boost::json::object& event);
  void take_end(std::string_view type, const boost::json::object& event);
  void compare_end(const RequestSample& said);
  Item* item_of(const boost::json::object& event, std::string_view what, std::string_view type);
  std::optional<std::size_t> place_of(const boost::json::object& event);
  std::string_view delta_of(const boost::json::object& event);

  EngineDescriptor::Protocol protocol_;
  bool may_lack_index_;
  SseParser parser_;
  JsonReader reader_;
  RequestSample sample_;
  std::vector<Item> items_;
  bool started_ = false;
  double now_ms_ = 0;
  std::optional<double> terminated_ms_;
};

}  // namespace sweetspot
