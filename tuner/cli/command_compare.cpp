#include "cli/commands.hpp"
#include "cli/compare_text.hpp"
#include "cli/exit_code.hpp"
#include "cli/job.hpp"
#include "cli/output.hpp"
#include "cli/parameter_arguments.hpp"
#include "cli/scorer_choice.hpp"
#include "cli/version.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "run/compare_run.hpp"
#include "run/prepare.hpp"

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
          {"engine", arm.engine},
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

Config side(const LiveSetup& setup, const Config& fixed, const std::vector<std::string>& arguments, const char* option) {
  const Config config = merged(fixed, config_from(setup.engine, arguments, option));
  require_supported(setup, search_space(setup, {}, config));
  return config;
}

}  // namespace

int command_compare(const Options& options, Context& context) {
  ResolvedTarget resolved = resolve_target(options, context);
  if (resolved.setup.goal.work == Goal::Work::crowd)
    throw Error{"compare does not measure goal " + options.goal, "use agent, chat, long-context, memory or decode"};
  CompareJob job;
  job.a = side(resolved.setup, resolved.fixed, options.a, "--a");
  job.b = side(resolved.setup, resolved.fixed, options.b, "--b");
  if (job.a == job.b)
    throw Error{"both sides are the same",
                "say what differs with --a NAME=VALUE and --b NAME=VALUE, or --a-binary and --b-binary"};
  job.tier = options.tier.empty() ? Tier::standard : tier_from(options.tier);
  job.pace = options.pace;
  job.depths = wanted_depths(options, resolved.setup.goal, resolved.setup.inputs.context);
  job.budget_s = std::chrono::duration<double>(options.budget).count();
  job.setup = std::move(resolved.setup);
  job.setup.scorer = chosen_scorer(options, context, job.setup);
  const CompareReport report = run_compare(job, context.interrupt, progress_output(context));
  clear_status(context);
  write_result(options, context, options.json ? json_text(report_json(report), 2) + "\n" : compare_text(report));
  return usable(report.a) && usable(report.b) ? exit_ok : exit_failed;
}

}  // namespace sweetspot
