#include "core/decode_rate.hpp"
#include "core/rng.hpp"
#include "gate/check.hpp"
#include "gate/prompt_set.hpp"
#include "run/measure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace sweetspot {
namespace {

constexpr int warm_up_least = 2;
constexpr int warm_up_most = 8;
constexpr int warm_up_tokens = 40;
constexpr int unstreamed_short = 16;
constexpr int unstreamed_long = 96;
constexpr double settled = 0.02;  ///< spread of the last three (measurement.md "One launch")

bool is_late(const TimedPlan& plan) { return std::chrono::steady_clock::now() >= plan.deadline; }

int capped(int max_tokens, const TimedPlan& plan) {
  return plan.max_tokens > 0 ? std::min(max_tokens, plan.max_tokens) : max_tokens;
}

RequestSample ask_timed(const ChatTarget& server, const Prompt& prompt, const TimedPlan& plan, int repeat,
                        const std::string& as_class, const InterruptFlag& interrupt) {
  ChatOptions options;
  options.sampler = plan.sampler;
  options.seed = plan.seed + static_cast<std::uint64_t>(repeat);
  RequestSample sample = ask(server, with_nonce(prompt, nonce_seed(plan.seed, plan.visits_before), repeat), options, interrupt);
  sample.prompt_class = as_class;
  return sample;
}

std::vector<const Prompt*> of_class(const std::vector<Prompt>& prompts, const std::string& name) {
  std::vector<const Prompt*> chosen;
  for (const Prompt& prompt : prompts) {
    if (prompt.prompt_class == name && prompt.turn_of.empty()) chosen.push_back(&prompt);
  }
  return chosen;
}

/// What a clock beside the stream says of an engine that gives no timings (measurement.md "What is counted"). The first
/// request leaves the prompt in the server's cache, if it has one, so that the other two differ by their answers alone.
void ask_unstreamed(const ChatTarget& server, const std::vector<Prompt>& prompts, const TimedPlan& plan,
                    const InterruptFlag& interrupt, std::vector<RequestSample>& samples) {
  const auto chosen = of_class(prompts, "prose");
  if (chosen.empty() || !server.engine->protocol.timings_pointer.empty()) return;
  ChatOptions options;
  options.sampler = plan.sampler;
  options.seed = plan.seed;
  options.streaming = ChatOptions::Streaming::no;
  for (const int tokens : {1, unstreamed_short, unstreamed_long}) {
    Prompt prompt = *chosen.front();
    prompt.max_tokens = tokens;
    prompt = with_nonce(prompt, nonce_seed(plan.seed, plan.visits_before), 2'000'000 + plan.round);
    RequestSample sample = ask(server, prompt, options, interrupt);
    sample.prompt_class = class_unstreamed;
    if (tokens > 1) samples.push_back(std::move(sample));
  }
}

/// True when it settled.
bool warm_up(const ChatTarget& server, const std::vector<Prompt>& prompts, const TimedPlan& plan,
             const InterruptFlag& interrupt) {
  std::vector<double> rates;
  std::vector<const Prompt*> asked = of_class(prompts, "code");
  if (asked.empty() && !prompts.empty()) asked.push_back(&prompts.front());
  if (asked.empty()) return true;
  for (int i = 0; i < warm_up_most && !is_late(plan); ++i) {
    Prompt prompt = *asked[static_cast<std::size_t>(i) % asked.size()];
    prompt.max_tokens = capped(warm_up_tokens, plan);
    // Repeats far from those of the timed rounds, so that nothing of them is met again.
    const RequestSample sample = ask_timed(server, prompt, plan, 1'000'000 + i, "warm-up", interrupt);
    if (const auto rate = decode_rate(sample)) rates.push_back(*rate);
    if (i + 1 < warm_up_least || rates.size() < 3) continue;
    const auto [low, high] = std::minmax_element(rates.end() - 3, rates.end());
    if ((*high - *low) / *high < settled) return true;
  }
  return false;
}

}  // namespace

std::vector<TimedRequest> requests_of(const std::vector<Prompt>& prompts, const TimedPlan& plan) {
  std::vector<TimedRequest> requests;
  const auto add = [&](const Prompt& prompt, int repeat, const std::string& as_class) {
    requests.push_back({prompt, repeat, as_class});
    requests.back().prompt.max_tokens = capped(prompt.max_tokens, plan);
  };
  const int first_repeat = plan.round * 1000;
  std::vector<std::string> names;
  for (const Prompt& prompt : prompts) {
    const bool is_new = std::find(names.begin(), names.end(), prompt.prompt_class) == names.end();
    if (prompt.prompt_class != "long" && prompt.turn_of.empty() && is_new) names.push_back(prompt.prompt_class);
  }
  for (int i = 0; i < plan.requests_per_class; ++i) {
    for (const std::string& name : names) {
      const auto chosen = of_class(prompts, name);
      // Each round starts elsewhere among the class's prompts.
      const std::size_t at = static_cast<std::size_t>(i + plan.round * plan.requests_per_class) % chosen.size();
      add(*chosen[at], first_repeat + i / static_cast<int>(chosen.size()), name);
    }
  }
  const auto openings = of_class(prompts, "long");
  for (int i = 0; i < plan.cold && !openings.empty(); ++i) {
    const Prompt& opening = *openings[static_cast<std::size_t>(i) % openings.size()];
    add(opening, first_repeat + i, class_cold);
    int turns = 0;
    for (const Prompt& later : prompts) {
      if (later.turn_of != opening.id || turns >= plan.warm_turns) continue;
      add(later, first_repeat + i, class_warm);
      ++turns;
    }
  }
  return requests;
}

std::uint64_t nonce_seed(std::uint64_t seed, int visits_before) {
  return visits_before == 0 ? seed : derived_seed(seed, fmt::format("visit {}", visits_before));
}

TimedResult timed_requests(const ChatTarget& server, const std::vector<Prompt>& prompts, const TimedPlan& plan,
                           const InterruptFlag& interrupt) {
  TimedResult result;
  result.unsteady = !warm_up(server, prompts, plan, interrupt);
  for (const TimedRequest& request : requests_of(prompts, plan)) {
    result.cut = is_late(plan);
    if (result.cut) return result;
    result.samples.push_back(ask_timed(server, request.prompt, plan, request.repeat, request.as_class, interrupt));
    if (!result.fault) result.fault = check_alone(request.prompt, result.samples.back());
  }
  ask_unstreamed(server, prompts, plan, interrupt, result.samples);
  return result;
}

}  // namespace sweetspot
