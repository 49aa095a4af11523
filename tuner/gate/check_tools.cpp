#include "gate/alignment.hpp"
#include "gate/check.hpp"
#include "gate/tool_check.hpp"

// G8: calls are strict JSON, fit the schema, and hold byte for byte the values of the reference's calls.

namespace sweetspot {

std::optional<Evidence> check_tools(const PromptCase& prompt_case) {
  const Prompt& prompt = prompt_case.reference.prompt;
  const auto check = [&](const RequestSample& sample, const RequestSample& reference) -> std::optional<Evidence> {
    const auto evidence = [&](const std::string& detail) {
      return excerpt(prompt.id, calls_text(reference) + (reference.calls.empty() ? reference.text : ""),
                     calls_text(sample) + (sample.calls.empty() ? sample.text : ""),
                     detail + (sample.streamed ? " (streamed)" : " (not streamed)"));
    };
    if (const auto faults = tool_faults(prompt, sample); !faults.empty()) return evidence(faults.front());
    if (const auto difference = call_difference(reference, sample)) return evidence(*difference);
    return std::nullopt;
  };
  if (prompt.tools_json.empty() && prompt_case.candidate.streamed.calls.empty()) return std::nullopt;
  if (auto fault = check(prompt_case.candidate.streamed, prompt_case.reference.streamed)) return fault;
  if (prompt_case.candidate.plain) return check(*prompt_case.candidate.plain, prompt_case.reference.plain);
  return std::nullopt;
}

}  // namespace sweetspot
