#include "run/observation.hpp"

#include "core/rng.hpp"
#include "run/capabilities.hpp"
#include "run/measure.hpp"

namespace sweetspot {

Observation observed(const ChatTarget& server, const ServerTraces& traces, const std::vector<Prompt>& timed_prompts,
                     std::uint64_t seed, const InterruptFlag& interrupt) {
  Observation observation;
  TimedPlan plan;
  plan.requests_per_class = 1;
  plan.cold = 1;
  plan.warm_turns = 0;
  plan.max_tokens = 96;
  plan.seed = derived_seed(seed, "observe");
  const TimedResult timed = timed_requests(server, timed_prompts, plan, interrupt);
  const Measurement measurement = summarised(timed.samples, find_goal("decode"), {}, std::nullopt);
  observation.decode_tokens_per_second = measurement.decode_tokens_per_second.value_or(0);
  observation.prefill_tokens_per_second = measurement.prefill_tokens_per_second.value_or(0);
  for (const RequestSample& sample : timed.samples) observation.drafted += sample.timings.draft_n.value_or(0);
  observation.protocol = offered_protocol(server, interrupt);
  observation.effective = effective_values(*server.engine, traces);
  const auto context = observation.effective.find("context");
  if (context != observation.effective.end()) observation.context = static_cast<std::int64_t>(number(context->second));
  return observation;
}

}  // namespace sweetspot
