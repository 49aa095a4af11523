#include "gate/alignment.hpp"
#include "gate/check.hpp"
#include "gate/tool_check.hpp"

// G5: the same configuration streamed and not streamed says the same, or differs where a prompt-cache hit may flip a near
// tie. Tool calls must agree.

namespace sweetspot {
namespace {

using Class = TokenJudgement::Class;

/// How far the first difference of `sample` from `base` is explained by the alternatives that `base` shows there.
Class explained(const RequestSample& base, const RequestSample& sample, double tie_margin) {
  const auto divergence = first_text_divergence(base, sample);
  if (!divergence) return Class::agree;
  return judge_divergence(base, *divergence, tie_margin).classification;
}

/// Where its text leaves the other one, the tokens that it lists itself go on as the other does: they were made, and the text
/// lacks them.
bool lacks_own_tokens(const RequestSample& sample, const RequestSample& other) {
  const auto divergence = first_text_divergence(sample, other);
  if (!divergence || divergence->token >= sample.tokens.size()) return false;
  const std::string& own = sample.tokens[divergence->token].bytes;
  return !own.empty() && divergence->continuation.starts_with(own);
}

bool has_alternatives(const RequestSample& sample) { return !sample.tokens.empty() && sample.tokens.front().top.size() > 1; }

}  // namespace

std::optional<Evidence> check_stream(const PromptCase& prompt_case) {
  if (!prompt_case.candidate.plain) return std::nullopt;
  const RequestSample& streamed = prompt_case.candidate.streamed;
  const RequestSample& plain = *prompt_case.candidate.plain;
  const std::string& id = prompt_case.reference.prompt.id;
  if (!same_calls(streamed, plain))
    return excerpt(id, calls_text(plain) + plain.text, calls_text(streamed) + streamed.text,
                   "tool calls streamed differ from those not streamed");
  if (streamed.text == plain.text && streamed.reasoning == plain.reasoning) return std::nullopt;

  const RequestSample& reference = prompt_case.reference.plain;
  // Where the reference does so, too (blanks at an end that only plain answers trim), it is the engine's way.
  if (lacks_own_tokens(plain, streamed) && !lacks_own_tokens(reference, prompt_case.reference.streamed))
    return excerpt(id, whole_text(streamed), whole_text(plain), "text not streamed lacks what its own tokens say");
  const double margin = prompt_case.tie_margin;
  // The candidate's own alternatives explain a flip; under speculation they are not shown, then the reference's do.
  if (has_alternatives(plain) && explained(plain, streamed, margin) <= Class::tie) return std::nullopt;
  if (explained(reference, streamed, margin) != Class::miscommit && explained(reference, plain, margin) != Class::miscommit)
    return std::nullopt;
  return excerpt(id, whole_text(plain), whole_text(streamed), "text streamed differs from text not streamed");
}

}  // namespace sweetspot
