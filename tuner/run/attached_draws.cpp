#include "run/attached_draws.hpp"

#include "core/rng.hpp"
#include "gate/thresholds.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>

namespace sweetspot {
namespace {

constexpr double top_k = 40;           ///< in the place of greedy decoding's one token
constexpr double deadline_factor = 2;  ///< a candidate may be slower than the reference that the draws were planned by

}  // namespace

std::map<std::string, double> draw_sampler(const EngineDescriptor::Protocol& protocol) {
  std::map<std::string, double> sampler;
  const auto greedy = nlohmann::json::parse(protocol.greedy_json.empty() ? "{}" : protocol.greedy_json);
  for (const auto& [name, value] : greedy.items()) {
    if (value.is_number()) sampler[name] = value.get<double>();
  }
  if (const auto one = sampler.find("top_k"); one != sampler.end() && one->second == 1) one->second = top_k;
  sampler["temperature"] = thresholds::draw_temperature;
  sampler.insert({"top_p", 1.0});
  return sampler;
}

SamplingResult attached_draws(const AttachedCheckJob& job, const Reference& reference, const ChatTarget& referee,
                              const InterruptFlag& interrupt) {
  if (!job.reference) return {false, std::nullopt, "sampled answers: compared only where a --reference-url is given"};
  if (job.tier == Tier::quick) return {false, std::nullopt, "sampled answers: drawn at the tiers standard and release alone"};
  const double draws_s = job.tier == Tier::release ? thresholds::draws_s_release : thresholds::draws_s;
  const auto plan = draw_plan(reference, draw_sampler(job.candidate.engine.protocol), job.tier, draws_s);
  if (!plan) return {false, std::nullopt, not_drawn};
  const auto deadline = [&] {
    return std::chrono::steady_clock::now() +
           std::chrono::milliseconds(static_cast<std::int64_t>(deadline_factor * draws_s * 1000));
  };
  const auto observed =
      drawn(target_of(job.candidate), reference, *plan, derived_seed(job.seed, "candidate"), deadline(), interrupt);
  if (!observed) return {false, std::nullopt, not_drawn};
  const auto expected = drawn(referee, reference, *plan, derived_seed(job.seed, "reference"), deadline(), interrupt);
  if (!expected) return {false, std::nullopt, not_drawn};
  return sampling_result(reference, *plan, *expected, *observed);
}

}  // namespace sweetspot
