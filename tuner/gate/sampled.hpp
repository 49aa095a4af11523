#pragma once

#include "backends/chat.hpp"
#include "core/interrupt.hpp"
#include "core/verdict.hpp"
#include "gate/reference.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sweetspot {

// G15, sampled honesty: a verifier may be exact at temperature 0 and still not draw what the model would draw.

/// What is drawn, the same for reference and candidate.
struct DrawPlan {
  std::vector<std::size_t> prompts;  ///< indices of open text prompts of the reference
  int draws = 0;                     ///< of each prompt, in each of two batches
  int tokens = 8;                    ///< of each answer
  std::map<std::string, double> sampler;
};

/// Beginnings of answers: texts[batch][prompt][draw].
struct Draws {
  std::vector<std::vector<std::vector<std::string>>> texts;
  bool operator==(const Draws&) const = default;
};

/// What drawing at a temperature showed.
struct SamplingResult {
  bool asked = false;  ///< false with a detail: it should have been, and why it was not
  std::optional<Evidence> fault;
  std::string detail;
};

/// Why nothing was drawn where draw_plan() or drawn() gave nothing.
inline constexpr const char* not_drawn = "sampled answers: no time to draw enough of them, or no prompt leaves a choice";

/// As many draws as `seconds` allow at the reference's speed; nothing when that is too few to say anything, or no prompt
/// leaves the model a choice.
std::optional<DrawPlan> draw_plan(const Reference& reference, const std::map<std::string, double>& sampler, Tier tier,
                                  double seconds);

/// Asks a running server. Every draw has a seed of its own; reference and candidate need other `seed`s. Nothing when the
/// deadline came first.
std::optional<Draws> drawn(const ChatTarget& server, const Reference& reference, const DrawPlan& plan, std::uint64_t seed,
                           std::chrono::steady_clock::time_point deadline, const InterruptFlag& interrupt);

/// Kept on disk beside the references; load_draws gives nothing when there are none or they cannot be read.
void save_draws(const std::filesystem::path& folder, const std::string& key, const Draws& draws);
std::optional<Draws> load_draws(const std::filesystem::path& folder, const std::string& key);

/// Probability that two sets of texts of one source differ as these do: permutation test, within each prompt, of the
/// maximum mean discrepancy (Gretton et al. 2012) with the share of the common beginning as kernel. `a` and `b` by prompt.
double same_source_probability(const std::vector<std::vector<std::string>>& a, const std::vector<std::vector<std::string>>& b,
                               std::uint64_t seed);

/// The candidate draws otherwise than the reference, in both batches: the prompt that shows it most.
std::optional<Evidence> sampling_fault(const Reference& reference, const DrawPlan& plan, const Draws& expected,
                                       const Draws& observed);

/// The same with what is told of it. Not asked where the reference answers nothing at this sampler: then no candidate can differ.
SamplingResult sampling_result(const Reference& reference, const DrawPlan& plan, const Draws& expected, const Draws& observed);

}  // namespace sweetspot
