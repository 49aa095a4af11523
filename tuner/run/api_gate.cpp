#include "run/api_gate.hpp"

#include "gate/api_reference.hpp"
#include "gate/api_verdict.hpp"

#include <algorithm>
#include <utility>

namespace sweetspot {
namespace {

/// The same configuration against the API's own reference, with what was heard of its answers.
GateContext context_over(const GateContext& chat, const ApiGating& gating, const Hearing& heard) {
  return {.engine = chat.engine,
          .reference = *gating.reference,
          .parameters = chat.parameters,
          .config = chat.config,
          .traces = chat.traces,
          .tier = chat.tier,
          .excused = heard.excused};
}

Verdict judged_with(const GateContext& chat, const ApiGating& gating, const Hearing& heard) {
  return judged_over_api(context_over(chat, gating, heard), gating.answers, heard.scores ? &*heard.scores : nullptr);
}

bool is_lossy(const GateContext& context) {
  return strictness(context.engine, context.parameters, context.config) == Strictness::lossy;
}

}  // namespace

ChatTarget over(Api api, ChatTarget server) {
  server.api = api;
  return server;
}

std::vector<ApiGating> asked_over_apis(const ChatTarget& candidate, std::vector<ApiGating> apis, const InterviewPlan& plan,
                                       const Reference& chat, const Interview& over_chat, const InterruptFlag& interrupt) {
  for (ApiGating& gating : apis) {
    InterviewPlan asked = plan;
    asked.prompts.clear();
    asked.plain = InterviewPlan::Plain::every;
    asked.state = InterviewPlan::State::left_out;
    for (std::size_t i = 0; i < gating.reference->answers.size(); ++i) {
      if (gating.reference->answers[i].usable) asked.prompts.push_back(i);
    }
    gating.answers = interview(over(gating.api, candidate), *gating.reference, asked, interrupt);
    set_aside_known(*gating.reference, chat, over_chat, gating.answers);
  }
  return apis;
}

Verdict verdict_over(const GateContext& context, const ApiGating& gating) { return judged_with(context, gating, gating.hearing); }

Verdict with_apis(const GateContext& context, Verdict chat, const std::vector<ApiGating>& apis) {
  for (const ApiGating& gating : apis) add_api(gating.api, verdict_over(context, gating), chat);
  return chat;
}

const ApiGating* deciding(const Verdict& verdict, const std::vector<ApiGating>& apis) {
  const auto found =
      std::find_if(apis.begin(), apis.end(), [&](const ApiGating& gating) { return to_string(gating.api) == verdict.api; });
  return found == apis.end() ? nullptr : &*found;
}

bool needs_hearing(const GateContext& context, const ApiGating& gating) {
  const Verdict verdict = verdict_over(context, gating);
  if (verdict.check == "G1") return false;
  if (undecided(*gating.reference, verdict, gating.answers)) return true;
  const bool open = verdict.outcome != Outcome::broken || is_lossy(context);
  return open && needs_rescoring(*gating.reference, all_answers(gating.answers));
}

bool broken_for_good(const GateContext& context, const ApiGating& gating) {
  const Verdict verdict = verdict_over(context, gating);
  return verdict.outcome == Outcome::broken && !undecided(*gating.reference, verdict, gating.answers);
}

void hear_apis(const ChatTarget& reference_server, const GateContext& context, std::vector<ApiGating>& apis,
               const InterruptFlag& interrupt) {
  for (ApiGating& gating : apis) {
    if (!needs_hearing(context, gating)) continue;
    Verdict verdict = verdict_over(context, gating);
    const auto judge = [&](const Hearing& heard) { return judged_with(context, gating, heard); };
    hear(over(gating.api, reference_server), *gating.reference, gating.answers, is_lossy(context), judge, verdict, gating.hearing,
         interrupt);
  }
}

}  // namespace sweetspot
