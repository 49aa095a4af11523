#include "gate/alignment.hpp"
#include "gate/ask_candidate.hpp"
#include "gate/company.hpp"
#include "gate/gate.hpp"
#include "gate/thresholds.hpp"

#include <algorithm>
#include <iterator>

// G10: damage that persists in a server, or that shows only beside other requests. The same prompts once more, in another
// state, must be answered as the reference answers them, but for near ties.

namespace sweetspot {
namespace {

/// One prompt each of the first classes, tools first: what is cheap and shows most.
std::vector<std::size_t> varied(const Reference& reference, const std::vector<std::size_t>& prompts, std::size_t count) {
  std::vector<std::size_t> chosen;
  std::vector<std::string> classes;
  for (const bool tools : {true, false}) {
    for (const std::size_t index : prompts) {
      const Prompt& prompt = reference.answers[index].prompt;
      if (chosen.size() >= count) return chosen;
      if (prompt.tools_json.empty() == tools) continue;
      if (std::find(classes.begin(), classes.end(), prompt.prompt_class) != classes.end()) continue;
      classes.push_back(prompt.prompt_class);
      chosen.push_back(index);
    }
  }
  return chosen;
}

/// The longest text: there is something left when its first pieces have arrived.
std::optional<std::size_t> longest(const Reference& reference, const std::vector<std::size_t>& prompts) {
  std::optional<std::size_t> best;
  const auto tokens = [&](std::size_t index) { return reference.answers[index].plain.usage.completion_tokens.value_or(0); };
  for (const std::size_t index : prompts) {
    if (!reference.answers[index].prompt.tools_json.empty()) continue;
    if (!best || tokens(index) > tokens(*best)) best = index;
  }
  return best;
}

bool same_envelopes(const RequestSample& a, const RequestSample& b) {
  return std::equal(a.calls.begin(), a.calls.end(), b.calls.begin(), b.calls.end(),
                    [](const ToolCall& x, const ToolCall& y) { return x.type == y.type && x.index == y.index; });
}

/// All that a client sees of both is the same. Of the prompt an engine may count only what its cache lacked.
bool same_answer(const RequestSample& first, const RequestSample& again) {
  return first.text == again.text && whole_text(first) == whole_text(again) && same_envelopes(first, again) &&
         first.finish_reason == again.finish_reason && first.usage.completion_tokens == again.usage.completion_tokens &&
         again.usage.prompt_tokens.value_or(0) <= first.usage.prompt_tokens.value_or(0) && again.protocol_faults.empty() &&
         again.http_status == first.http_status;
}

/// The reference's answer of the kind that was asked for again, where checks look for the streamed one.
ReferenceAnswer like(const ReferenceAnswer& known, const RequestSample& again) {
  ReferenceAnswer expected = known;
  if (!again.streamed) expected.streamed = known.plain;
  return expected;
}

std::optional<Evidence> fault_of(const Reference& reference, const Reference& opinion, const Interview& interview,
                                 const CandidateAnswer& again, Strictness mode) {
  const auto first = std::find_if(interview.answers.begin(), interview.answers.end(),
                                  [&](const CandidateAnswer& answer) { return answer.reference_index == again.reference_index; });
  if (first != interview.answers.end()) {
    const bool streamed = again.streamed.streamed || !first->plain;
    if (same_answer(streamed ? first->streamed : *first->plain, again.streamed)) return std::nullopt;
  }
  const ReferenceAnswer expected = like(reference.answers[again.reference_index], again.streamed);
  const RequestSample& known = opinion.answers[again.reference_index].plain;
  const auto divergence = first_text_divergence(known, again.streamed);
  using Class = TokenJudgement::Class;
  const Class left = divergence ? judge_divergence(known, *divergence, opinion.tie_margin).classification : Class::agree;
  for (const PromptCheckRow& row : prompt_checks()) {
    if (left == Class::tie && row.id == "G9") continue;  // a text of the model's own may come to repeat itself
    if (auto evidence = row.check({expected, again, reference.tie_margin})) return evidence;
  }
  if (mode == Strictness::lossy || !first_text_divergence(expected.plain, again.streamed)) return std::nullopt;
  if (left != Class::miscommit) return std::nullopt;
  return excerpt(expected.prompt.id, whole_text(expected.streamed), whole_text(again.streamed), "another answer");
}

void ask_together(const ChatTarget& candidate, const Reference& reference, const InterviewPlan& plan,
                  const InterruptFlag& interrupt, Interview& interview) {
  const int least = plan.tier != Tier::quick ? thresholds::together_least : thresholds::together_least_quick;
  const auto together = static_cast<std::size_t>(std::max(plan.together, least));
  std::vector<std::size_t> beside = varied(reference, plan.prompts, together);
  if (const auto text = longest(reference, plan.prompts); text && !beside.empty()) beside.back() = *text;
  for (std::size_t i = 0; beside.size() < together && i < plan.prompts.size(); ++i) beside.push_back(plan.prompts[i]);
  const int rounds = plan.together > 1 ? thresholds::company_rounds : 1;  // one at a time: they only queue
  Company company = ask_in_company(candidate, reference, beside, rounds, interrupt);
  interview.never_met = plan.together > 1 && company.tokens < thresholds::company_tokens;
  std::move(company.answers.begin(), company.answers.end(), std::back_inserter(interview.state));
}

}  // namespace

void ask_state(const ChatTarget& candidate, const Reference& reference, const InterviewPlan& plan, const InterruptFlag& interrupt,
               Interview& interview) {
  const bool thorough = plan.tier != Tier::quick;
  const std::size_t prompts = thorough ? thresholds::state_prompts : thresholds::state_prompts_quick;
  const std::vector<std::size_t> chosen = varied(reference, plan.prompts, prompts);
  const std::chrono::milliseconds silence = silence_limit(reference);
  bool ended = false;  // without an answer: nothing more is asked
  const auto again = [&](std::size_t index, Asking asking, const char* how) {
    if (ended) return;
    Asked asked = ask_candidate(candidate, reference.answers[index].prompt, asking, silence, interrupt);
    ended = asked.ended;
    if (asking == Asking::cancelled && !ended) return;  // half an answer, as asked for
    interview.state.push_back({{index, std::move(asked.sample), std::nullopt}, how});
  };
  const int rounds = thorough ? thresholds::state_rounds : thresholds::state_rounds_quick;
  for (int round = 0; round < rounds; ++round) {
    const bool plain = round % 2 == 1;
    for (const std::size_t index : chosen)
      again(index, plain ? Asking::plain_as_clients : Asking::streamed,
            plain ? "asked again, not streamed and without log probabilities" : "asked again at the end");
  }
  if (const auto text = longest(reference, plan.prompts)) {
    again(*text, Asking::cancelled, "cancelled");
    again(*text, Asking::streamed, "after a cancelled answer");
  }
  if (!ended) ask_together(candidate, reference, plan, interrupt, interview);
}

std::optional<StateFault> state_fault(const Reference& reference, const Reference& opinion, const Interview& interview,
                                      Strictness mode) {
  for (const StateAnswer& again : interview.state) {
    if (auto evidence = fault_of(reference, opinion, interview, again.answer, mode)) {
      evidence->detail += ", " + again.how;
      return StateFault{again.how, *evidence};
    }
  }
  return std::nullopt;
}

std::vector<CandidateAnswer> all_answers(const Interview& interview) {
  std::vector<CandidateAnswer> all = interview.answers;
  for (const StateAnswer& again : interview.state) {
    const bool known = std::any_of(all.begin(), all.end(), [&](const CandidateAnswer& answer) {
      return answer.reference_index == again.answer.reference_index &&
             whole_text(answer.streamed) == whole_text(again.answer.streamed);
    });
    if (!known) all.push_back(again.answer);
  }
  return all;
}

}  // namespace sweetspot
