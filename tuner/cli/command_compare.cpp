#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/job.hpp"
#include "cli/output.hpp"
#include "cli/parameter_arguments.hpp"
#include "cli/scorer_choice.hpp"
#include "cli/version.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "reports/format.hpp"
#include "run/compare_run.hpp"
#include "run/prepare.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <optional>

namespace sweetspot {
namespace {

using Json = nlohmann::ordered_json;

constexpr double confidence = 0.95;

template <typename Noun>
Json or_null(const std::optional<Noun>& noun) {
  return noun ? Json(*noun) : Json(nullptr);
}

/// Nothing when no block was measured, or too few for an interval.
std::optional<double> ratio_of(const CompareReport& report, double log_ratio) {
  if (report.decision.n == 0 || !std::isfinite(log_ratio)) return std::nullopt;
  return std::exp(log_ratio);
}

Json arm_json(const CompareArm& arm) {
  return {{"config", arm.config},
          {"command", arm.command},
          {"measurement", or_null(arm.measurement)},
          {"verdict", or_null(arm.verdict)},
          {"failure", or_null(arm.failure)}};
}

Json report_json(const CompareReport& report) {
  const ConfirmDecision& decision = report.decision;
  const auto outcome = [](const CompareArm& arm) { return arm.verdict ? Json(to_string(arm.verdict->outcome)) : Json(nullptr); };
  return {{"schema_version", 1},
          {"tool_version", version_number()},
          {"a", arm_json(report.a)},
          {"b", arm_json(report.b)},
          {"ratio", or_null(ratio_of(report, decision.mean))},
          {"ratio_low", or_null(ratio_of(report, decision.interval.low))},
          {"ratio_high", or_null(ratio_of(report, decision.interval.high))},
          {"confidence", confidence},
          {"resolved", decision.different},
          {"detectable_ratio", or_null(ratio_of(report, decision.detectable))},
          {"pairs", decision.n},
          {"verdicts", {{"a", outcome(report.a)}, {"b", outcome(report.b)}}},
          {"reference", report.reference},
          {"duration_s", report.duration_s}};
}

std::string arm_text(const char* name, const CompareArm& arm) {
  std::string text = fmt::format("{}  {}\n", name, display(arm.config));
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

bool unusable(const CompareArm& arm) {
  return arm.failure || !arm.verdict || arm.verdict->outcome == Outcome::broken || arm.verdict->outcome == Outcome::error;
}

std::string answer_text(const CompareReport& report) {
  const ConfirmDecision& decision = report.decision;
  if (unusable(report.a) || unusable(report.b)) return "not timed: one side is of no use\n";
  if (decision.n == 0) return "not timed: the time was used up before, give it more with --budget\n";
  const double ratio = std::exp(decision.mean);
  if (!std::isfinite(decision.interval.low) || !std::isfinite(decision.interval.high))
    return fmt::format("{:.2f}x after {} blocks: too few to tell, give it more time with --budget\n", ratio, decision.n);
  const std::string figures = fmt::format("{:.2f}x ({:.2f} - {:.2f}, 95 %, {} blocks)", ratio, std::exp(decision.interval.low),
                                          std::exp(decision.interval.high), decision.n);
  if (decision.different) return fmt::format("b is {} than a: {}\n", decision.mean > 0 ? "faster" : "slower", figures);
  return fmt::format("no difference could be told: {}; one of {:.1f} % would have been seen\n", figures,
                     (std::exp(decision.detectable) - 1) * 100);
}

Config side(const LiveSetup& setup, const Config& fixed, const std::vector<std::string>& arguments, const char* option) {
  const Config config = merged(fixed, config_from(setup.engine, arguments, option));
  require_supported(setup, search_space(setup, {}, config));
  return config;
}

}  // namespace

int command_compare(const Options& options, Context& context) {
  ResolvedTarget resolved = resolve_target(options, context);
  if (resolved.setup.goal.work != Goal::Work::turns)
    throw Error{"compare does not measure goal " + options.goal, "use agent, chat, memory or decode"};
  CompareJob job;
  job.a = side(resolved.setup, resolved.fixed, options.a, "--a");
  job.b = side(resolved.setup, resolved.fixed, options.b, "--b");
  if (job.a == job.b)
    throw Error{"both sides are the same",
                "say what differs with --a NAME=VALUE and --b NAME=VALUE, or --a-binary and --b-binary"};
  job.tier = options.tier.empty() ? Tier::standard : tier_from(options.tier);
  job.budget_s = std::chrono::duration<double>(options.budget).count();
  job.setup = std::move(resolved.setup);
  job.setup.scorer = chosen_scorer(options, context, job.setup);
  const CompareReport report = run_compare(job, context.interrupt, progress_output(context));
  clear_status(context);
  write_result(options, context,
               options.json ? json_text(report_json(report), 2) + "\n"
                            : arm_text("a", report.a) + arm_text("b", report.b) + answer_text(report));
  return unusable(report.a) || unusable(report.b) ? exit_failed : exit_ok;
}

}  // namespace sweetspot
