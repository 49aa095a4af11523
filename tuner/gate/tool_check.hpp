#pragma once

#include "core/prompt.hpp"
#include "core/request_sample.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sweetspot {

/// Everything wrong with the tool calls of an answer by itself, one line each (gate.md "The contract of a response", G8):
/// arguments that are no strict JSON object or do not fit the tool's own schema, names that were not offered, missing or
/// repeated ids, wrong types and indexes, a finish_reason that contradicts the calls, calls where none may be, markup left
/// in the text. A last call cut off by max_tokens (finish_reason "length") is not an error by itself. Nothing is repaired.
std::vector<std::string> tool_faults(const Prompt& prompt, const RequestSample& sample);

/// What is unusual and clients survive: finish_reason "stop" beside calls.
std::vector<std::string> tool_notes(const Prompt& prompt, const RequestSample& sample);

/// What the answer lacks of what is known to be right for the prompt; nothing when it is right or nothing is known. The
/// document of an answer that must be JSON may stand in one fenced block.
std::optional<std::string> expectation_fault(const Prompt& prompt, const RequestSample& sample);

/// How the candidate's calls differ from the reference's, as multisets of name and argument values.
std::optional<std::string> call_difference(const RequestSample& reference, const RequestSample& candidate);

/// Both hold the same calls in the same order: names, and arguments byte for byte or, where both are strict JSON, by value. How
/// JSON is spaced or escaped changes nothing for who reads it.
bool same_calls(const RequestSample& a, const RequestSample& b);

/// Why a request's "tools" cannot be used: not an array, a tool without a name, a schema that cannot be read.
std::optional<std::string> tools_problem(std::string_view tools_json);

}  // namespace sweetspot
