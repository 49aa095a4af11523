#pragma once

#include "core/request_sample.hpp"
#include "core/verdict.hpp"
#include "gate/reference.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace sweetspot {

/// One prompt as the candidate answered it.
struct CandidateAnswer {
  std::size_t reference_index = 0;
  RequestSample streamed;
  std::optional<RequestSample> plain;  ///< with tokens, where it was asked
};

/// A prompt that was asked again in another state of the server (G10).
struct StateAnswer {
  CandidateAnswer answer;
  std::string how;  ///< "asked again at the end", "after a cancelled answer", "beside another request"
};

/// One prompt, both answers.
struct PromptCase {
  const ReferenceAnswer& reference;
  const CandidateAnswer& candidate;
  double tie_margin;
};

/// A check of one prompt that is broken gives the evidence; nothing when all is well. Pure.
using PromptCheck = std::optional<Evidence> (*)(const PromptCase&);

struct PromptCheckRow {
  std::string_view id;    ///< of gate.md 7.2
  std::string_view name;  ///< for people
  PromptCheck check;
  bool (*looks_at)(const Prompt&) = nullptr;  ///< the prompts that it is about; null: every one
};

/// In order: cheap and decisive first.
std::span<const PromptCheckRow> prompt_checks();

std::optional<Evidence> check_protocol(const PromptCase& prompt_case);      // G3
std::optional<Evidence> check_conservation(const PromptCase& prompt_case);  // G4
std::optional<Evidence> check_stream(const PromptCase& prompt_case);        // G5
std::optional<Evidence> check_tools(const PromptCase& prompt_case);         // G8
std::optional<Evidence> check_format(const PromptCase& prompt_case);        // G3
std::optional<Evidence> check_depth(const PromptCase& prompt_case);         // G11
std::optional<Evidence> check_detectors(const PromptCase& prompt_case);     // G9

/// What needs no reference, for timed answers (G13): G3, the counts of G4, and text that is no UTF-8. Control text, silence and
/// loops may be a weak model's own way, which only the reference can tell.
std::optional<Evidence> check_alone(const Prompt& prompt, const RequestSample& sample);

/// "get_weather({"city": "Paris"})", one call a line.
std::string calls_text(const RequestSample& sample);

/// Reasoning, text and calls as one text, for excerpts.
std::string whole_text(const RequestSample& sample);

}  // namespace sweetspot
