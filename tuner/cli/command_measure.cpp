#include "cli/attached.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/job.hpp"
#include "cli/output.hpp"
#include "cli/parameter_arguments.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "gate/prompt_set.hpp"
#include "run/bandwidth.hpp"
#include "run/concurrent.hpp"
#include "run/conversation.hpp"
#include "run/depths.hpp"
#include "run/machine.hpp"
#include "run/plausible.hpp"
#include "run/prepare.hpp"
#include "run/workload.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace sweetspot {
namespace {

using Json = nlohmann::ordered_json;

constexpr TimedEffort effort{5, 2, 2};
constexpr std::int64_t attached_context = 8192;  ///< of a server that is not ours, as far as a session goes

std::string figure(const std::optional<double>& value, int digits) {
  return value ? fmt::format("{:.{}f}", *value, digits) : "-";
}

std::string depth_text_line(const DepthMeasurement& row) {
  if (!row.failure.empty()) return fmt::format("  at depth {:>7}  {}\n", row.depth, escape_control(row.failure));
  return fmt::format("  at depth {:>7}  tokens/s {:>8}   first token cold {:>9} ms   warm {:>8} ms\n", row.depth,
                     figure(row.decode_tokens_per_second, 1), figure(row.ttft_cold_ms, 1), figure(row.ttft_warm_ms, 1));
}

std::string turn_text_line(const TurnMeasurement& row) {
  if (!row.failure.empty()) return fmt::format("  turn {:>2}  {}\n", row.turn, escape_control(row.failure));
  return fmt::format("  turn {:>2}  {:>7} tokens   tokens/s {:>8}   first token {:>9} ms\n", row.turn, row.prompt_tokens,
                     figure(row.decode_tokens_per_second, 1), figure(row.ttft_ms, 1));
}

std::string report_text(const Config& config, const Measurement& measurement, const std::optional<Target>& target,
                        const std::vector<Warning>& warnings) {
  std::string text = display(config) + "\n";
  for (const auto& [name, row] : measurement.classes) {
    text += fmt::format("  {:<8} tokens/s {:>10}  ({} requests, deviation {}{})\n", name, figure(row.decode_tokens_per_second, 1),
                        row.requests, figure(row.decode_tokens_per_second_sd, 1),
                        row.draft_acceptance ? fmt::format(", {:.0f} % of drafts accepted", *row.draft_acceptance * 100) : "");
  }
  text += fmt::format("  decode   tokens/s {:>10}\n  prefill  tokens/s {:>10}\n  end to end        {:>10}\n",
                      figure(measurement.decode_tokens_per_second, 1), figure(measurement.prefill_tokens_per_second, 1),
                      figure(measurement.end_to_end_tokens_per_second, 1));
  if (const auto ceiling = target ? ceiling_tokens_per_second(*target) : std::nullopt)
    text += fmt::format("  memory   allows   {:>10.1f}  (plain decoding: {:.1f} MB a token at {:.1f} GB/s, as measured here)\n",
                        *ceiling, static_cast<double>(target->model.bytes_per_token) / 1e6,
                        *target->machine.memory_bandwidth_bytes_per_s / 1e9);
  text += fmt::format("  first token  cold {:>7} ms   warm {:>7} ms   short {:>7} ms\n", figure(measurement.ttft_ms_p50, 1),
                      figure(measurement.ttft_warm_ms_p50, 1), figure(measurement.ttft_short_ms_p50, 1));
  text += fmt::format("  tokens per chunk  {:>10}\n", figure(measurement.tokens_per_chunk, 2));
  if (measurement.memory_bytes_peak)
    text += fmt::format("  memory peak       {:>10.1f} MB\n", static_cast<double>(*measurement.memory_bytes_peak) / 1e6);
  if (const auto& crowd = measurement.concurrency)
    text +=
        fmt::format("  {} clients tokens/s {:>8} together   first token {:>7} ms, p95 {:>7} ms   ({} of {} requests failed)\n",
                    crowd->clients, figure(crowd->tokens_per_second, 1), figure(crowd->ttft_ms_p50, 1),
                    figure(crowd->ttft_ms_p95, 1), crowd->failed, crowd->requests + crowd->failed);
  for (const DepthMeasurement& row : measurement.depths) text += depth_text_line(row);
  for (const TurnMeasurement& row : measurement.turns) text += turn_text_line(row);
  for (const std::string& finding : measurement.findings) text += "  finding: " + escape_control(finding) + "\n";
  for (const Warning& warning : warnings) text += fmt::format("  warning: {}\n", warning.text);
  return text;
}

/// The way to a server on another machine is in each wait for a first token, and not in the rate.
std::string round_trip_text(const std::string& url, double trip_ms) {
  return fmt::format("{}\n  there and back    {:>10.2f} ms, part of each wait for a first token and not of the rates\n",
                     escape_control(url), trip_ms);
}

struct Measured {
  Measurement measurement;
  std::optional<Target> target;  ///< of what was launched
  int exit_code = exit_ok;       ///< failed: an answer cannot be right, and the findings name it
};

void add_fault(const std::optional<Evidence>& fault, Measured& measured) {
  if (!fault) return;
  measured.measurement.findings.push_back("an answer that cannot be right: " + fault->detail + " (" + fault->prompt_id + ")");
  measured.exit_code = exit_failed;
}

/// A server that is already running: nothing is launched or stopped.
Measured measure_attached(const Options& options, Context& context, double& trip_ms) {
  refuse_launch_options(options);
  const AttachedServer server = attached_server(options.url, "SWEETSPOT_API_KEY", options.model, options, context);
  const ChatTarget target = target_of(server);
  TimedPlan plan;
  plan.requests_per_class = effort.requests_per_class;
  plan.cold = effort.cold;
  plan.warm_turns = effort.warm_turns;
  plan.sampler = options.sampler;
  plan.seed = options.seed;
  if (find_goal(options.goal).work == Goal::Work::depth && options.depths.empty())
    throw Error{"goal " + options.goal + " is about a depth of context, and none is given for a server that already runs",
                "name one with --depths N"};
  trip_ms = round_trip_ms(target, context.interrupt);
  const Goal& goal = find_goal(options.goal);
  const auto prompts = options.workload.empty() ? timed_prompts() : timed_workload(read_workload(options.workload), goal);
  const TimedResult timed = timed_requests(target, prompts, plan, context.interrupt);
  Measured measured;
  Measurement& measurement = measured.measurement = summarised(timed.samples, goal, {}, std::nullopt);
  if (timed.unsteady) measurement.findings.emplace_back(unsteady_finding);
  add_fault(timed.fault, measured);
  if (options.concurrency > 0) {
    ConcurrentPlan crowd;
    crowd.clients = options.concurrency;
    crowd.sampler = options.sampler;
    crowd.seed = options.seed;
    const ConcurrentResult together = concurrent_requests(target, prompts, crowd, context.interrupt);
    measurement.concurrency = together.measurement;
    add_fault(together.fault, measured);
  }
  const ServerSight none;
  if (!options.depths.empty())
    measurement.depths = measured_depths(target, {options.depths, options.sampler, options.seed}, none, context.interrupt);
  if (const auto tokens = wanted_session_tokens(options, attached_context); tokens > 0)
    measurement.turns = growing_conversation(target, {tokens, options.sampler, options.seed}, none, context.interrupt);
  measurement.score_s = score(goal, measurement);
  return measured;
}

Measured measure_launched(const Options& options, Context& context, Config& config) {
  ResolvedTarget resolved = resolve_target(options, context);
  config = merged(resolved.fixed, config_from(resolved.setup.engine, options.set, "--set"));
  require_supported(resolved.setup, search_space(resolved.setup, {}, config));
  const std::int64_t served = resolved.setup.inputs.context;
  VisitOrder order;
  order.config = config;
  order.timed = effort;
  order.depths = wanted_depths(options, resolved.setup.goal, served);
  order.session_tokens = wanted_session_tokens(options, served);
  Target target = resolved.target;
  measure_bandwidth(target);
  if (config.values.contains(std::string(model_parameter))) target.model.bytes_per_token = 0;  // another file's are not known
  LiveRunner runner(std::move(resolved.setup), context.interrupt, progress_output(context).status);
  const VisitOutcome outcome = runner.visit(order);
  clear_status(context);
  if (outcome.failure) {
    if (!outcome.failure->log_tail.empty())
      context.err << "last lines of the server's log:\n" << outcome.failure->log_tail << "\n";
    throw TrialError(*outcome.failure);
  }
  // Another server answered (G0).
  if (!outcome.visit) throw TrialError(Failure{FailureKind::not_ready, outcome.verdict ? outcome.verdict->detail : "", ""});
  Measured measured{outcome.visit->measurement, target};
  Trial trial;
  trial.config = config;
  trial.visits = {*outcome.visit};
  if (const auto reason = impossible_speed(trial, ceiling_tokens_per_second(target), nullptr)) {
    measured.measurement.findings.push_back(*reason);
    measured.exit_code = exit_failed;
  }
  if (outcome.verdict && outcome.verdict->outcome == Outcome::broken) add_fault(outcome.verdict->evidence, measured);
  return measured;
}

}  // namespace

int command_measure(const Options& options, Context& context) {
  Config config;
  Measured measured;
  double trip_ms = 0;
  // Before anything is asked, or the load would be our own.
  const MachineProfile machine = probe_machine();
  const std::vector<Warning> warnings = disturbances(machine, running_model_servers());
  try {
    measured = options.url.empty() ? measure_launched(options, context, config) : measure_attached(options, context, trip_ms);
  } catch (const TrialError& error) {
    context.err << fmt::format("sweetspot: error: {}: {}\n", to_string(error.failure().kind), error.failure().detail);
    return exit_failed;
  }
  const Measurement& measurement = measured.measurement;
  if (!options.json) {
    const std::string way = options.url.empty() ? "" : round_trip_text(options.url, trip_ms);
    write_result(options, context, way + report_text(config, measurement, measured.target, warnings));
    return measured.exit_code;
  }
  Json rows = Json::array();
  for (const Warning& warning : warnings) rows.push_back(warning);
  Json report = {{"config", config},
                 {"measurement", measurement},
                 {"machine", measured.target ? measured.target->machine : machine},
                 {"warnings", rows}};
  const auto ceiling = measured.target ? ceiling_tokens_per_second(*measured.target) : std::nullopt;
  report["ceiling_tokens_per_second"] = ceiling ? Json(*ceiling) : Json(nullptr);
  if (!options.url.empty()) {
    report["url"] = options.url;
    report["round_trip_ms"] = trip_ms;
  }
  write_result(options, context, json_text(report, 2) + "\n");
  return measured.exit_code;
}

}  // namespace sweetspot
