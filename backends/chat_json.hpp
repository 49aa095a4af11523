#pragma once

#include "backends/descriptor.hpp"
#include "core/request_sample.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace sweetspot {

/// JSON of a stranger: whole text, limits::json_depth deep at most. On failure a discarded value and in `problem` why.
nlohmann::ordered_json strict_json(std::string_view text, std::string& problem);

/// Adds a sentence to the sample's faults, once.
void note_fault(RequestSample& sample, const std::string& sentence);

/// Reads usage and timings from where the descriptor says they are; what is absent or null changes nothing.
void read_counters(const EngineDescriptor::Protocol& protocol, const nlohmann::ordered_json& document, RequestSample& sample);

/// The error object of a response, as text for people; empty when there is none.
std::string error_text(const nlohmann::ordered_json& document);

/// Takes over a finish reason; faults: a second one, one that the protocol does not know.
void take_finish_reason(const nlohmann::ordered_json& choice, RequestSample& sample);

/// The value of a text field; a null or an absent field is empty, another type a fault.
std::string text_field(const nlohmann::ordered_json& object, const std::string& name, RequestSample& sample);

/// The thoughts in a message or delta: the first field of those that the protocol names which holds any.
std::string reasoning_of(const EngineDescriptor::Protocol& protocol, const nlohmann::ordered_json& object, RequestSample& sample);

/// A tool call's arguments as they came: anything but a string is a fault and kept as raw JSON.
std::string arguments_field(const nlohmann::ordered_json& function, RequestSample& sample);

/// One entry of a log probability list (chat "logprobs.content", completion "completion_probabilities").
TokenRecord token_record(const nlohmann::ordered_json& entry);

/// Bytes of a stranger for a message: printable, short.
std::string excerpt(std::string_view bytes);

}  // namespace sweetspot
