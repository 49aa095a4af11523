#pragma once

#include "backends/descriptor.hpp"
#include "core/request_sample.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parser.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sweetspot {

/// Reads the JSON of a stranger, one text after the other, in the same memory: a streamed answer has one for each token.
class JsonReader {
public:
  JsonReader();
  JsonReader(const JsonReader&) = delete;
  JsonReader& operator=(const JsonReader&) = delete;

  /// The whole text is one document as RFC 8259 has it, limits::json_depth deep at most; of a key that comes twice the last
  /// value counts. It lives until the next call. Null on failure, and in `problem` why.
  const boost::json::value* read(std::string_view text, std::string& problem);

private:
  std::array<unsigned char, 4096> space_;
  boost::json::monotonic_resource memory_{space_.data(), space_.size()};
  boost::json::parser parser_;
  std::optional<boost::json::value> document_;
};

/// Adds a sentence to the sample's faults, once.
void note_fault(RequestSample& sample, const std::string& sentence);

/// An answer's body, an object, which lives as long as the reader's document; null, with the fault, where it is none. An error
/// that it tells is taken into the sample.
const boost::json::value* answer_object(JsonReader& reader, std::string_view body, RequestSample& sample);

/// The same of a stream's event; what error it tells is left to the caller.
const boost::json::value* event_object(JsonReader& reader, std::string_view data, RequestSample& sample);

/// An error that came in mid-stream; the first one stays.
void note_stream_error(RequestSample& sample, std::string error);

/// Reads usage and timings from where the descriptor says they are; what is absent or null changes nothing.
void read_counters(const EngineDescriptor::Protocol& protocol, const boost::json::value& document, RequestSample& sample);

/// The error object of a response, as text for people; empty when there is none.
std::string error_text(const boost::json::value& document);

/// Takes over a finish reason; faults: a second one, one that the protocol does not know.
void take_finish_reason(const boost::json::object& choice, RequestSample& sample);

/// The choice's index is 0, or it has none; another one is a fault.
bool is_first_choice(const boost::json::object& choice, RequestSample& sample);

/// The member that is neither absent nor null, or no member.
const boost::json::value* member(const boost::json::object& object, std::string_view name);

/// The value of a text field, which lives as long as the object; a null or an absent field is empty, another type a fault.
std::string_view text_field(const boost::json::object& object, std::string_view name, RequestSample& sample);

/// The thoughts in a message or delta: the first field of those that the protocol names ("a|b") which holds any.
std::string_view reasoning_of(const EngineDescriptor::Protocol& protocol, const boost::json::object& object,
                              RequestSample& sample);

/// A tool call's arguments as they came: anything but a string is a fault and kept as JSON.
std::string arguments_field(const boost::json::object& function, RequestSample& sample);

/// One entry of a log probability list (chat "logprobs.content", completion "completion_probabilities").
TokenRecord token_record(const boost::json::value& entry);

/// A count in a usage object; another type, or a negative number, is a fault and no count.
std::optional<std::int64_t> count_field(const boost::json::object& object, std::string_view name, RequestSample& sample);

/// What a stream's event brought.
enum class Channel { reasoning, text, call };

/// A piece of the answer of so many bytes arrived now: its times and its size. No bytes are no piece.
void note_piece(RequestSample& sample, Channel channel, std::size_t bytes, double now_ms);

/// The value as JSON text.
std::string json_text_of(const boost::json::value& value);

/// A whole number of 64 bits with sign. Also one that is written with a point or an exponent (12.0 is 12), where such are exact.
std::optional<std::int64_t> integer(const boost::json::value& value);

/// Bytes of a stranger for a message: printable, short.
std::string excerpt(std::string_view bytes);
std::string json_excerpt(const boost::json::value& value);

}  // namespace sweetspot
