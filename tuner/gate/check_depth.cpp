#include "gate/alignment.hpp"
#include "gate/check.hpp"
#include "gate/depth_prompts.hpp"
#include "gate/tool_check.hpp"

// G11: what stands far back in a long prompt is still found, if plain decoding finds it. Absolute: a cache that forgets is
// no matter of margins, and a lossy one may not either.

namespace sweetspot {

std::optional<Evidence> check_depth(const PromptCase& prompt_case) {
  const Prompt& prompt = prompt_case.reference.prompt;
  if (!is_deep(prompt) || expectation_fault(prompt, prompt_case.reference.streamed)) return std::nullopt;
  const RequestSample* samples[] = {&prompt_case.candidate.streamed,
                                    prompt_case.candidate.plain ? &*prompt_case.candidate.plain : nullptr};
  for (const RequestSample* sample : samples) {
    if (sample == nullptr) continue;
    const auto fault = expectation_fault(prompt, *sample);
    if (fault)
      return excerpt(prompt.id, whole_text(prompt_case.reference.streamed), whole_text(*sample), "in a long prompt " + *fault);
  }
  return std::nullopt;
}

}  // namespace sweetspot
