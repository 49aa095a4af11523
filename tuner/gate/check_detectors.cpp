#include "core/text.hpp"
#include "gate/alignment.hpp"
#include "gate/check.hpp"
#include "gate/detectors.hpp"
#include "gate/stop_texts.hpp"
#include "gate/thresholds.hpp"

// G9: leaks, broken UTF-8, loops, moved channels and drifting languages, all relative to the reference.

namespace sweetspot {
namespace {

/// The reference is asked for its opinion of this text, token by token to its end (gate.md 7.3b): the loop is not all that
/// is known of it.
bool will_be_scored(const PromptCase& prompt_case) {
  const auto& [reference, candidate, tie_margin] = prompt_case;
  if (!reference.prompt.tools_json.empty() || reference.prompt_tokens.empty() || !candidate.plain) return false;
  const std::size_t same = first_token_divergence(reference.plain, *candidate.plain).value_or(0);
  const auto to_score = static_cast<std::int64_t>(candidate.plain->tokens.size() - same);
  return lists_every_token(reference.prompt, *candidate.plain) && to_score <= thresholds::rescored_per_prompt;
}

std::optional<Evidence> fault_of(const PromptCase& prompt_case, const RequestSample& sample, const RequestSample& reference) {
  const Prompt& prompt = prompt_case.reference.prompt;
  const auto evidence = [&](const std::string& detail) {
    return excerpt(prompt.id, whole_text(reference), whole_text(sample),
                   detail + (sample.streamed ? " (streamed)" : " (not streamed)"));
  };
  if (!whole_text(reference).empty() && whole_text(sample).empty()) return evidence("the answer is empty");
  // Behind other thoughts a stop text may come before the answer.
  const bool may_stop_at_once = sample.reasoning != reference.reasoning && !stop_texts(prompt).empty();
  if (!reference.text.empty() && sample.text.empty() && sample.calls.empty() && sample.finish_reason != "length" &&
      !may_stop_at_once)
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
  // Who loops and gets out of it may, after a small difference, not get out: there the scores decide, where there are any.
  const bool as_reference = loops(reference.text) || (will_be_scored(prompt_case) && has_loop(reference.text));
  if (loops(sample.text) && !as_reference) return evidence("the answer repeats itself until it is cut");
  if (script_drift(expected, observed) > thresholds::script_drift) return evidence("the answer drifts into another script");
  return std::nullopt;
}

}  // namespace

std::optional<Evidence> check_detectors(const PromptCase& prompt_case) {
  const auto& [reference, candidate, tie_margin] = prompt_case;
  if (auto fault = fault_of(prompt_case, candidate.streamed, reference.streamed)) return fault;
  if (candidate.plain) return fault_of(prompt_case, *candidate.plain, reference.plain);
  return std::nullopt;
}

}  // namespace sweetspot
