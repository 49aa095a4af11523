#include "backends/offered_apis.hpp"
#include "cli/attached.hpp"
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
#include "gate/prompt_set.hpp"
#include "run/attached_check.hpp"
#include "run/check_run.hpp"
#include "run/evidence.hpp"
#include "run/prepare.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace sweetspot {
namespace {

using Json = nlohmann::ordered_json;

Json engine_json(const EngineIdentity& engine) {
  return {{"name", engine.name}, {"version", engine.version}, {"binary", engine.binary}};
}

Json report_json(const CheckReport& report, const Target& target, Tier tier) {
  Json checks = Json::array();
  for (const CheckResult& check : report.verdict.checks)
    checks.push_back({{"id", check.id}, {"outcome", to_string(check.outcome)}, {"detail", check.detail}});
  Json evidence = nullptr;
  if (report.verdict.evidence) evidence = *report.verdict.evidence;
  return {{"schema_version", 1},
          {"tool_version", version_number()},
          {"engine", engine_json(target.engine)},
          {"model", target.model},
          {"config", report.config},
          {"changed", report.changed},
          {"culprit", report.culprit},
          {"tier", to_string(tier)},
          {"verdict", report.verdict},
          {"evidence", evidence},
          {"checks", checks},
          {"reference", report.reference},
          {"tokens_compared", report.verdict.tokens_compared},
          {"tokens_rescored", report.verdict.rescored ? report.verdict.rescored->tokens : 0},
          {"requests", report.verdict.requests},
          {"duration_s", report.duration_s},
          {"command", report.command ? Json(*report.command) : Json(nullptr)}};
}

/// `subject`: the configuration, or the server that was asked.
std::string report_text(const CheckReport& report, const std::string& subject, const std::filesystem::path& evidence) {
  const Verdict& verdict = report.verdict;
  std::string text =
      fmt::format("{}  {}  {}\n", to_string(verdict.outcome), escape_control(subject), escape_control(verdict.detail));
  if (!report.culprit.values.empty()) text += fmt::format("  by {} alone\n", display(report.culprit));
  for (const CheckResult& check : verdict.checks)
    text += fmt::format("  {:<4} {:<12} {}\n", check.id, to_string(check.outcome), escape_control(check.detail));
  if (verdict.evidence) {
    text += fmt::format("\n  prompt    {}\n  expected  {}\n  observed  {}\n  because   {}\n", verdict.evidence->prompt_id,
                        escape_control(verdict.evidence->expected), escape_control(verdict.evidence->observed),
                        escape_control(verdict.evidence->detail));
  }
  for (const Divergence& divergence : verdict.divergences) {
    text += fmt::format("  differs   {} at token {}, margin {}, {}\n", divergence.prompt_id, divergence.token,
                        divergence.margin ? fmt::format("{:.2f} nat", *divergence.margin) : "outside the first ten",
                        divergence.classification);
  }
  for (const Finding& finding : report.reference.findings)
    text += fmt::format("  finding   {}: {}\n", finding.code, escape_control(finding.text));
  for (const std::string& name : verdict.not_verified) text += fmt::format("  not verified: {}\n", name);
  text += fmt::format("  {} prompts ({} not usable), {} tokens compared, {} requests, {:.0f} s\n", report.reference.prompts,
                      report.reference.dropped.size(), verdict.tokens_compared, verdict.requests, report.duration_s);
  if (report.failure && !report.failure->log_tail.empty())
    text += "\nlast lines of the server's log:\n" + report.failure->log_tail + "\n";
  if (report.command) text += "\n  " + report.command->shell + "\n";
  if (!verdict.evidence_folder.empty() && verdict.outcome > Outcome::tie)
    text += evidence_text(evidence, verdict.evidence_folder);
  return text;
}

Tier wanted_tier(const Options& options) { return options.tier.empty() ? Tier::standard : tier_from(options.tier); }

int finish(const Options& options, Context& context, const CheckReport& report, const Target& target) {
  clear_status(context);
  Json json = report_json(report, target, wanted_tier(options));
  if (!options.url.empty()) {
    json["url"] = options.url;
    json["reference_url"] = options.reference_url.empty() ? Json(nullptr) : Json(options.reference_url);
  }
  const std::string subject = options.url.empty() ? display(report.changed) : options.url;
  write_result(options, context, options.json ? json_text(json, 2) + "\n" : report_text(report, subject, context.paths.evidence));
  return report.verdict.outcome <= Outcome::tie ? exit_ok : exit_failed;
}

/// A server that already runs: nothing is launched or stopped.
int check_attached(const Options& options, Context& context) {
  refuse_launch_options(options);
  AttachedCheckJob job;
  job.candidate = attached_server(options.url, "SWEETSPOT_API_KEY", options.model, options, context);
  if (!options.reference_url.empty())
    job.reference = attached_server(options.reference_url, "SWEETSPOT_REFERENCE_API_KEY", "", options, context);
  require_apis(job.candidate.engine, options.apis);
  job.apis = options.apis;
  job.tier = wanted_tier(options);
  job.seed = options.seed;
  job.gate_prompts = gate_prompts(job.candidate.engine);
  job.timed_prompts = timed_prompts();
  job.evidence_folder = context.paths.evidence;
  Target target;
  target.engine.name = job.candidate.engine.name;
  target.model.name = job.candidate.model;
  return finish(options, context, run_attached_check(job, context.interrupt, progress_output(context)), target);
}

int check_launched(const Options& options, Context& context) {
  ResolvedTarget resolved = resolve_target(options, context);
  const Target target = resolved.target;
  CheckJob job;
  job.fixed = resolved.fixed;
  job.set = config_from(resolved.setup.engine, options.set, "--set");
  job.tier = wanted_tier(options);
  job.space = search_space(resolved.setup, {}, merged(job.fixed, job.set));
  require_supported(resolved.setup, job.space);
  job.setup = std::move(resolved.setup);
  job.setup.scorer = chosen_scorer(options, context, job.setup);
  return finish(options, context, run_check(job, context.interrupt, progress_output(context)), target);
}

}  // namespace

int command_check(const Options& options, Context& context) {
  if (options.url.empty() && !options.reference_url.empty())
    throw Error{"--reference-url names a server to compare with another one that runs", "name that one with --url"};
  return options.url.empty() ? check_launched(options, context) : check_attached(options, context);
}

}  // namespace sweetspot
