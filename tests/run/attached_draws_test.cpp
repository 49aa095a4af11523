#include "run/attached_draws.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <map>
#include <string>

using namespace sweetspot;

namespace {

using Sampler = std::map<std::string, double>;

EngineDescriptor::Protocol protocol_of(const std::string& engine) { return find_engine(catalog({}), engine).protocol; }

/// Of a server that nothing is asked of.
std::string why_not(const AttachedCheckJob& job) {
  const SamplingResult result = attached_draws(job, Reference{}, target_of(job.candidate), NeverInterrupted{});
  CHECK_FALSE(result.asked);
  CHECK_FALSE(result.fault);
  return result.detail;
}

}  // namespace

TEST_SUITE("run/attached_draws") {
  TEST_CASE("both servers get the same sampler, whatever their own defaults are") {
    const Sampler pinned = {{"temperature", 0.8},    {"top_k", 40},           {"top_p", 1}, {"min_p", 0}, {"repeat_penalty", 1.0},
                            {"presence_penalty", 0}, {"frequency_penalty", 0}};
    CHECK(draw_sampler(protocol_of("llama-server")) == pinned);
    CHECK(draw_sampler(protocol_of("vllm-mlx")).at("top_k") == 0);
    CHECK(draw_sampler(protocol_of("openai")) == Sampler{{"temperature", 0.8}, {"top_p", 1}});
    CHECK(draw_sampler({}) == Sampler{{"temperature", 0.8}, {"top_p", 1}});
  }

  TEST_CASE("why nothing was drawn is told in plain words") {
    AttachedCheckJob job;
    job.candidate.engine = find_engine(catalog({}), "llama-server");
    CHECK(why_not(job) == "sampled answers: compared only where a --reference-url is given");
    job.reference = job.candidate;
    job.tier = Tier::quick;
    CHECK(why_not(job) == "sampled answers: drawn at the tiers standard and release alone");
    job.tier = Tier::standard;
    CHECK(why_not(job) == not_drawn);  // the reference has no prompt that leaves a choice
  }
}
