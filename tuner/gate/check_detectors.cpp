#include "core/text.hpp"
#include "gate/alignment.hpp"
#include "gate/check.hpp"
#include "gate/detectors.hpp"
#include "gate/thresholds.hpp"

// G9: leaks, broken UTF-8, loops, moved channels and drifting languages, all relative to the reference.

namespace sweetspot {
namespace {

std::optional<Evidence> fault_of(const Prompt& prompt, const RequestSample& sample, const RequestSample& reference) {
  const auto evidence = [&](const std::string& detail) {
    return excerpt(prompt.id, whole_text(reference), whole_text(sample),
                   detail + (sample.streamed ? " (streamed)" : " (not streamed)"));
  };
  if (!whole_text(reference).empty() && whole_text(sample).empty()) return evidence("the answer is empty");
  if (!reference.text.empty() && sample.text.empty() && sample.calls.empty() && sample.finish_reason != "length")
    return evidence("the answer is missing beside the thoughts");
  if (!reference.reasoning.empty() && sample.reasoning.empty() &&
      sample.text.find(reference.reasoning.substr(0, 32)) != std::string::npos)
    return evidence("thoughts moved into the answer");
  if (const std::string leak = leaked_markup(prompt, sample.text, reference.text); !leak.empty())
    return evidence("control text " + leak + " in the answer");
  const std::string observed = whole_text(sample);
  const std::string expected = whole_text(reference);
  if (count_replacement_characters(observed) > count_replacement_characters(expected))
    return evidence("replacement characters in the answer");
  if (!valid_utf8(observed) && valid_utf8(expected)) return evidence("invalid UTF-8 in the answer");
  if (loops(sample.text) && !loops(reference.text)) return evidence("the answer repeats itself until it is cut");
  if (script_drift(expected, observed) > thresholds::script_drift) return evidence("the answer drifts into another script");
  return std::nullopt;
}

}  // namespace

std::optional<Evidence> check_detectors(const PromptCase& prompt_case) {
  if (auto fault = fault_of(prompt_case.reference.prompt, prompt_case.candidate.streamed, prompt_case.reference.streamed))
    return fault;
  if (prompt_case.candidate.plain)
    return fault_of(prompt_case.reference.prompt, *prompt_case.candidate.plain, prompt_case.reference.plain);
  return std::nullopt;
}

}  // namespace sweetspot
