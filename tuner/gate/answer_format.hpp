#pragma once

#include "core/prompt.hpp"
#include "core/request_sample.hpp"

#include <optional>
#include <string>

namespace sweetspot {

/// The request asks for a text of a form (response_format, or llama.cpp's json_schema and grammar): the engine then chooses
/// among the tokens that fit, so that only the first difference of two answers can be judged by log probabilities.
bool is_constrained(const Prompt& prompt);

/// What the text breaks of the form that was asked for: it is no strict JSON document, or does not fit its schema (draft 7).
/// Nothing where it fits, where it was cut off, or where only the engine can tell (a grammar).
std::optional<std::string> format_fault(const Prompt& prompt, const RequestSample& sample);

/// Why a request's response_format cannot be used: it names no known type, or its schema cannot be read.
std::optional<std::string> format_problem(const std::string& extra_json);

}  // namespace sweetspot
