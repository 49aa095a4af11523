#include "cli/compare_text.hpp"

#include "core/text.hpp"
#include "reports/format.hpp"

#include <fmt/format.h>

#include <cmath>

namespace sweetspot {
namespace {

enum class Builds { one, two };

std::string arm_text(const char* name, const CompareArm& arm, Builds builds) {
  std::string text = fmt::format("{}  {}\n", name, display(arm.config));
  if (builds == Builds::two) text += fmt::format("   {} {}\n", arm.engine.name, escape_control(arm.engine.version));
  if (arm.failure) return text + fmt::format("   {}: {}\n", to_string(arm.failure->kind), escape_control(arm.failure->detail));
  if (arm.measurement && arm.measurement->decode_tokens_per_second) {
    text += fmt::format("   {:.1f} tokens/s", *arm.measurement->decode_tokens_per_second);
    if (arm.measurement->ttft_ms_p50) text += fmt::format(", first token after {:.0f} ms", *arm.measurement->ttft_ms_p50);
    text += fmt::format(", memory {}\n", bytes_text(arm.measurement->memory_bytes_peak));
  }
  if (arm.verdict)
    text += fmt::format("   output: {}, {}\n", to_string(arm.verdict->outcome), escape_control(arm.verdict->detail));
  if (arm.verdict && arm.verdict->outcome == Outcome::broken && arm.verdict->evidence)
    text += fmt::format("     {}: expected {}, got {}\n", arm.verdict->evidence->prompt_id,
                        escape_control(arm.verdict->evidence->expected), escape_control(arm.verdict->evidence->observed));
  return text + fmt::format("   {}\n", arm.command.shell);
}

/// What is wrong with a side.
std::string state_text(const CompareArm& arm) {
  if (arm.failure) return std::string(to_string(arm.failure->kind));
  return arm.verdict ? std::string(to_string(arm.verdict->outcome)) : "not checked";
}

std::string answer_text(const CompareReport& report) {
  const ConfirmDecision& decision = report.decision;
  if (!usable(report.a)) return fmt::format("not compared: a is {}\n", state_text(report.a));
  if (!usable(report.b)) return fmt::format("not compared: b is {}\n", state_text(report.b));
  if (decision.n == 0) return "not timed: the time was used up before, give it more with --budget\n";
  const double ratio = std::exp(decision.mean);
  if (decision.n < confirm_blocks_least)
    return fmt::format("{:.2f}x after {} blocks: too few to tell, give it more time with --budget\n", ratio, decision.n);
  const std::string figures = fmt::format("{:.2f}x ({:.2f} - {:.2f}, 95 %, {} blocks)", ratio, std::exp(decision.interval.low),
                                          std::exp(decision.interval.high), decision.n);
  if (decision.different) return fmt::format("b is {} than a: {}\n", decision.mean > 0 ? "faster" : "slower", figures);
  if (std::abs(decision.mean) >= decision.detectable)
    return fmt::format("a difference too small to be claimed (below {:.1f} %): {}\n", (std::exp(decision.claimable) - 1) * 100,
                       figures);
  return fmt::format("no difference could be told: {}; one of {:.1f} % would have been seen\n", figures,
                     (std::exp(std::max(decision.detectable, decision.claimable)) - 1) * 100);
}

}  // namespace

std::string compare_text(const CompareReport& report) {
  const Builds builds = report.a.engine == report.b.engine ? Builds::one : Builds::two;
  return arm_text("a", report.a, builds) + arm_text("b", report.b, builds) + answer_text(report);
}

}  // namespace sweetspot
