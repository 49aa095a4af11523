#include "gate/alignment.hpp"
#include "gate/answer_format.hpp"
#include "gate/check.hpp"

// G3: what was asked for as JSON is JSON, and fits its schema, where plain decoding's answer is and does.

namespace sweetspot {

std::optional<Evidence> check_format(const PromptCase& prompt_case) {
  const Prompt& prompt = prompt_case.reference.prompt;
  if (!is_constrained(prompt)) return std::nullopt;
  const auto check = [&](const RequestSample& sample, const RequestSample& reference) -> std::optional<Evidence> {
    const auto fault = format_fault(prompt, sample);
    if (!fault || format_fault(prompt, reference)) return std::nullopt;
    return excerpt(prompt.id, reference.text, sample.text, *fault + (sample.streamed ? " (streamed)" : " (not streamed)"));
  };
  if (auto fault = check(prompt_case.candidate.streamed, prompt_case.reference.streamed)) return fault;
  if (prompt_case.candidate.plain) return check(*prompt_case.candidate.plain, prompt_case.reference.plain);
  return std::nullopt;
}

}  // namespace sweetspot
