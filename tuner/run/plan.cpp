#include "run/plan.hpp"

#include "gate/api_reference.hpp"
#include "gate/thresholds.hpp"
#include "run/confirm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace sweetspot {
namespace {

constexpr double tokens_per_prompt = 110;  ///< of the built-in prompts, as answered
constexpr double tokens_per_tool_prompt = 60;
constexpr double prompt_length = 160;  ///< read for each
constexpr double again_share = 1.0 / 3;
constexpr double reference_share = 0.15;       ///< of the budget
constexpr double reference_s_unlimited = 420;  ///< without a budget
constexpr double quick_asked = 18;
constexpr double timed_tokens = 110;
constexpr double timed_classes = 5;
constexpr double warm_up_asked = 4;  ///< of 2 to 8
constexpr double warm_up_tokens = 40;
constexpr double soak_visits = 2;  ///< and anchors: one for five configurations
constexpr double anchor_share = 0.2;
constexpr double race_rounds = 2;
constexpr double racers_most = 8;
constexpr double confirm_blocks_usual = 12;
constexpr double search_visit_share = 0.015;  ///< of the budget, for one visit's timed part
constexpr double confirm_visit_share = 0.25 / (confirm_blocks_least * 4 * 1.6);
constexpr int slow_max_tokens = 160;  ///< never below 128 under speculation
constexpr int slowest_max_tokens = 128;
constexpr double long_prompt_tokens = 1300;
constexpr double fresh_tokens = thresholds::fresh_texts * tokens_per_prompt + thresholds::fresh_tools * tokens_per_tool_prompt;
constexpr double draws_asked = 2.0 * thresholds::draws * thresholds::draw_prompts;
constexpr double draw_tokens = 8;
constexpr double draw_request_s = 0.05;
// Long prompts (G11): the seconds are those of reading one of them; the reference reads each five times.
constexpr double depth_share = 0.004;  ///< of the budget
constexpr double depth_s_most = 12;
constexpr std::int64_t room_for_answer = 900;
constexpr std::int64_t usual_depth = 4096;

double decode_s(const Observation& seen, double tokens) { return tokens / std::max(seen.decode_tokens_per_second, 0.1); }
double prefill_s(const Observation& seen, double tokens) { return tokens / std::max(seen.prefill_tokens_per_second, 1.0); }

/// What long prompts have beyond the usual length, in tokens of four bytes.
double tokens_beyond(const std::vector<Prompt>& prompts) {
  double tokens = 0;
  for (const Prompt& prompt : prompts)
    tokens += std::max(0.0, static_cast<double>(prompt.messages_json.size() + prompt.tools_json.size()) / 4 - prompt_length);
  return tokens;
}

double reference_seconds(const Observation& seen, const ReferenceSize& size, double prompts) {
  const double cap = size.max_tokens > 0 ? size.max_tokens * 0.75 : tokens_per_prompt;
  const double text = (prompts + size.generated_texts) * std::min(tokens_per_prompt, cap);
  const double tools = size.generated_tools * tokens_per_tool_prompt;
  double deep = 0;
  for (const std::int64_t depth : size.depths) deep += static_cast<double>(2 * depth) * (2 + again_share);
  const double asked = (prompts + size.generated_texts + size.generated_tools) * (2 + again_share);
  return decode_s(seen, (text + tools) * (2 + again_share)) + prefill_s(seen, asked * prompt_length + deep) + 2 * seen.launch_s;
}

/// The deepest of a few depths that is not above this one: the same from run to run, so that a stored reference serves again.
std::int64_t rung_below(std::int64_t depth) {
  std::int64_t rung = 0;
  for (const std::int64_t next : {1024, 1536, 2048, 3072, 4096, 6144, 8192, 12288, 16384})
    if (next <= depth) rung = next;
  return rung;
}

/// Where long prompts are tried: at 4k and as deep as the context and this machine's speed allow.
std::vector<std::int64_t> depths_for(const Observation& seen, double budget_s) {
  const double seconds = budget_s > 0 ? std::clamp(budget_s * depth_share, 2.0, depth_s_most) : depth_s_most;
  const auto affordable = static_cast<std::int64_t>(seen.prefill_tokens_per_second * seconds);
  const std::int64_t deepest = rung_below(std::min(seen.context - room_for_answer, affordable));
  std::vector<std::int64_t> depths;
  if (deepest > 0) depths.push_back(std::min(deepest, usual_depth));
  if (deepest > usual_depth) depths.push_back(deepest);
  return depths;
}

/// From generous to sparing.
std::vector<ReferenceSize> sizes(const std::vector<Prompt>& gate_prompts) {
  const auto own =
      std::count_if(gate_prompts.begin(), gate_prompts.end(), [](const Prompt& prompt) { return !prompt.tools_json.empty(); });
  const int tools = std::max(0, thresholds::tool_prompts_standard - static_cast<int>(own));
  using Plain = InterviewPlan::Plain;
  return {{tools, 8, 0, {}, Plain::every},
          {tools, 6, 0, {}, Plain::every},
          {tools / 2, 4, slow_max_tokens, {}, Plain::every},
          {tools / 2, 4, slow_max_tokens, {}, Plain::every_second},
          {0, 2, slowest_max_tokens, {}, Plain::every_second}};
}

/// What a side of the gate is asked over one API beside chat, where `prompts` are asked over chat: streamed and not.
double api_seconds(const Observation& seen, const std::vector<Prompt>& prompts) {
  double tokens = 0;
  double asked = 0;
  for (const Prompt& prompt : api_prompts(prompts)) {
    tokens += 2 * (prompt.tools_json.empty() ? tokens_per_prompt : tokens_per_tool_prompt);
    asked += 2;
  }
  return decode_s(seen, tokens) + prefill_s(seen, asked * prompt_length);
}

/// The references over the APIs share a launch.
void add_apis(const Observation& seen, const std::vector<Prompt>& gate_prompts, double apis, StudyPlan& plan) {
  constexpr std::uint64_t any_seed = 1;  // decides what is asked, not how much
  const double quick_s = apis * api_seconds(seen, reference_prompts(gate_prompts, plan.reference, any_seed, Tier::quick));
  const double standard_s = apis * api_seconds(seen, reference_prompts(gate_prompts, plan.reference, any_seed, Tier::standard));
  plan.reference_s += quick_s + seen.launch_s;
  plan.candidate_s += quick_s;
  plan.finalist_s += 2 * standard_s + seen.launch_s;
  plan.whole_s += quick_s + seen.launch_s + static_cast<double>(plan.configurations) * quick_s + 2 * standard_s + seen.launch_s;
}

/// What one visit's timed part takes: warm-up, the classes, and each long prompt with its later turns.
double visit_seconds(const Observation& seen, const TimedEffort& effort) {
  const double asked = effort.requests_per_class * timed_classes;
  const double turns = effort.cold * (1 + effort.warm_turns);
  return decode_s(seen, warm_up_asked * warm_up_tokens + (asked + turns) * timed_tokens) +
         prefill_s(seen, effort.cold * long_prompt_tokens + (warm_up_asked + asked + turns) * prompt_length);
}

TimedEffort effort_within(const Observation& seen, const Goal& goal, double seconds, int most) {
  const bool needs_first_token = goal.cold_long > 0 || goal.warm > 0;
  TimedEffort effort{most, needs_first_token ? 2 : 1, needs_first_token ? 2 : 1};
  while (effort.requests_per_class > 1 && visit_seconds(seen, effort) > seconds) --effort.requests_per_class;
  if (visit_seconds(seen, effort) > seconds) effort.cold = 1;
  return effort;
}

}  // namespace

std::string duration_text(double seconds) {
  return seconds < 90 ? fmt::format("{:.0f} s", seconds) : fmt::format("{:.0f} min", seconds / 60);
}

std::string sides_estimate_text(const StudyPlan& plan, int sides, Tier tier) {
  const double one_s = plan.candidate_s + (tier == Tier::quick ? 0 : plan.finalist_s);
  std::string text = fmt::format("estimate: reference {} unless cached, check {}", duration_text(plan.reference_s),
                                 duration_text(sides * one_s));
  if (sides > 1) text += fmt::format(", each block of {} launches {}", 2 * sides, duration_text(plan.confirm_block_s));
  return text;
}

StudyPlan planned(const Observation& observation, const std::vector<Prompt>& gate_prompts, std::size_t configurations,
                  const Goal& goal, double budget_s, const std::vector<Api>& apis, double beside_s) {
  StudyPlan plan;
  plan.configurations = configurations;
  const double allowed = budget_s > 0 ? budget_s * reference_share : reference_s_unlimited;
  const auto prompts = static_cast<double>(gate_prompts.size());
  const std::vector<std::int64_t> depths = depths_for(observation, budget_s);
  for (const ReferenceSize& size : sizes(gate_prompts)) {
    plan.reference = size;
    plan.reference.depths = depths;
    plan.reference_s = reference_seconds(observation, size, prompts);
    if (plan.reference_s <= allowed) break;
  }
  const double beyond_s = prefill_s(observation, tokens_beyond(gate_prompts));
  const double quick_beyond_s = prefill_s(observation, tokens_beyond(quick_prompts(gate_prompts)));
  const double whole_reference_s = plan.reference_s + beyond_s * (2 + again_share);
  // The search needs the short reference only; what is missing is asked for the finalists.
  plan.reference_s = reference_seconds(observation, {0, 0, plan.reference.max_tokens, {}, plan.reference.plain},
                                       static_cast<double>(quick_prompts(gate_prompts).size()));
  plan.reference_s += quick_beyond_s * (2 + again_share);
  const double basis = budget_s > 0 ? budget_s : 1800;
  plan.search = effort_within(observation, goal, std::max(4.0, basis * search_visit_share), 5);
  plan.confirm = effort_within(observation, goal, std::max(2.5, basis * confirm_visit_share), 3);
  const double plain = plan.reference.plain == InterviewPlan::Plain::every ? 2.0 : 1.5;
  plan.visit_s = observation.launch_s + visit_seconds(observation, plan.search) + beside_s;
  plan.candidate_s = plan.visit_s + decode_s(observation, quick_asked * tokens_per_prompt * plain) +
                     prefill_s(observation, quick_asked * prompt_length * plain) + quick_beyond_s * plain;
  const double repeat_s = observation.launch_s + visit_seconds(observation, plan.confirm) + beside_s;
  plan.confirm_block_s = 4 * repeat_s;
  const double standard_s = decode_s(observation, (prompts + plan.reference.generated_tools) * tokens_per_prompt * plain * 0.8);
  const double fresh_s = decode_s(observation, fresh_tokens * (2 + again_share + plain));
  const double draws_s = 2 * std::min(thresholds::draws_s, draws_asked * (decode_s(observation, draw_tokens) + draw_request_s));
  plan.finalist_s = whole_reference_s - plan.reference_s + standard_s + fresh_s + draws_s + 5 * observation.launch_s;
  const auto tried = static_cast<double>(configurations);
  plan.whole_s = whole_reference_s + tried * (plan.candidate_s + anchor_share * plan.visit_s) + soak_visits * plan.visit_s +
                 race_rounds * 2 * (std::min(racers_most, tried) + 1) * repeat_s + standard_s +
                 confirm_blocks_usual * plan.confirm_block_s;
  if (!apis.empty()) add_apis(observation, gate_prompts, static_cast<double>(apis.size()), plan);
  return plan;
}

std::string estimate_text(const StudyPlan& plan, double budget_s) {
  const double kept_s = reserved_seconds(budget_s, confirm_blocks_least * plan.confirm_block_s, plan.finalist_s);
  const double searched = std::max(0.0, budget_s - kept_s - plan.reference_s - soak_visits * plan.visit_s);
  const double one_s = std::max(plan.candidate_s + anchor_share * plan.visit_s, 0.1);
  const double reached = std::min(static_cast<double>(plan.configurations), std::floor(searched / one_s));
  std::string text =
      fmt::format("estimate: about {} (budget {}): reference {} unless cached, {} configurations at {}, a confirm block {}",
                  duration_text(std::min(plan.whole_s, budget_s)), duration_text(budget_s), duration_text(plan.reference_s),
                  plan.configurations, duration_text(plan.candidate_s), duration_text(plan.confirm_block_s));
  if (reached < static_cast<double>(plan.configurations))
    text += fmt::format("; time for about {:.0f} of them: give more with --budget, or search fewer with --param",
                        std::max(reached, 1.0));
  return text;
}

}  // namespace sweetspot
