#pragma once

#include "core/prompt.hpp"
#include "core/request_sample.hpp"

#include <optional>
#include <string>

namespace sweetspot {

/// The request asks for a text of a form (response_format, or llama.cpp's json_schema and grammar): the engine then chooses
/// among the tokens that fit, and no server can be asked for its opinion of another text: only where two answers first differ
/// do log probabilities speak.
bool is_constrained(const Prompt& prompt);

/// What the text breaks of the form that was asked for: it is no JSON document, or does not fit its schema (draft 7).
/// Of one that was cut off, only how it begins. Nothing where only the engine can tell (a grammar).
std::optional<std::string> format_fault(const Prompt& prompt, const RequestSample& sample);

/// Of an answer to such a request: engines list the likeliest tokens, allowed or not. What is likelier than the token that was
/// chosen was not allowed and is dropped. Where what is left may lack near ties (fewer than thresholds::miscommit nat), only
/// the chosen token is kept.
void drop_forbidden(RequestSample& sample);

}  // namespace sweetspot
