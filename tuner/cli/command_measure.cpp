#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/job.hpp"
#include "cli/output.hpp"
#include "cli/parameter_arguments.hpp"
#include "cli/url.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "gate/prompt_set.hpp"
#include "run/concurrent.hpp"
#include "run/conversation.hpp"
#include "run/depths.hpp"
#include "run/machine.hpp"
#include "run/prepare.hpp"

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

std::string report_text(const Config& config, const Measurement& measurement, const std::vector<Warning>& warnings) {
  std::string text = display(config) + "\n";
  for (const auto& [name, row] : measurement.classes) {
    text += fmt::format("  {:<8} tokens/s {:>10}  ({} requests, deviation {}{})\n", name, figure(row.decode_tokens_per_second, 1),
                        row.requests, figure(row.decode_tokens_per_second_sd, 1),
                        row.draft_acceptance ? fmt::format(", {:.0f} % of drafts accepted", *row.draft_acceptance * 100) : "");
  }
  text += fmt::format("  decode   tokens/s {:>10}\n  prefill  tokens/s {:>10}\n  end to end        {:>10}\n",
                      figure(measurement.decode_tokens_per_second, 1), figure(measurement.prefill_tokens_per_second, 1),
                      figure(measurement.end_to_end_tokens_per_second, 1));
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
  for (const std::string& finding : measurement.findings) text += "  finding: " + finding + "\n";
  for (const Warning& warning : warnings) text += fmt::format("  warning: {}\n", warning.text);
  return text;
}

/// The name to send: -m, else what the engine always takes, else the first that the server lists.
std::string served_model(const ChatTarget& target, const Options& options, Context& context) {
  if (!options.model.empty()) return options.model;
  const std::string& fixed = target.engine->protocol.model;
  if (fixed != "{alias}" && fixed != "{model}") return fixed;
  const HttpResponse models =
      http_get(target.endpoint, "/v1/models", {limits::connect_timeout, limits::short_request_timeout}, context.interrupt);
  if (models.status == 401 || models.status == 403)
    throw Error{fmt::format("{} wants an API key (HTTP {})", options.url, models.status),
                "set SWEETSPOT_API_KEY in the environment; it is sent to this server alone, and neither shown nor stored"};
  const Json json = Json::parse(models.body, nullptr, false);
  const bool listed = models.status == 200 && json.is_object() && json.contains("data") && json["data"].is_array() &&
                      !json["data"].empty() && json["data"][0].is_object();
  if (!listed)
    throw Error{options.url + " answers /v1/models with HTTP " + std::to_string(models.status) + " and no model",
                "is it the base address of an OpenAI-compatible server? Name the model with -m if it lists none"};
  return json["data"][0].value("id", "");
}

/// A server that is already running: nothing is launched or stopped.
Measurement measure_attached(const Options& options, Context& context) {
  const auto engines = catalog(context.paths.engines_folder);
  const EngineDescriptor engine = find_engine(engines, options.engine.empty() ? "openai" : options.engine);
  ChatTarget target;
  target.engine = &engine;
  target.endpoint = endpoint_from_url(options.url);
  target.endpoint.headers = engine.protocol.headers;
  target.endpoint.api_key = context.environment.variable("SWEETSPOT_API_KEY");
  target.model = served_model(target, options, context);
  TimedPlan plan;
  plan.requests_per_class = effort.requests_per_class;
  plan.cold = effort.cold;
  plan.warm_turns = effort.warm_turns;
  plan.sampler = options.sampler;
  plan.seed = options.seed;
  if (find_goal(options.goal).work == Goal::Work::depth && options.depths.empty())
    throw Error{"goal " + options.goal + " is about a depth of context, and none is given for a server that already runs",
                "name one with --depths N"};
  const auto prompts = options.workload.empty() ? timed_prompts() : read_workload(options.workload);
  Measurement measurement =
      summarised(timed_requests(target, prompts, plan, context.interrupt).samples, find_goal(options.goal), {}, std::nullopt);
  if (options.concurrency > 0) {
    ConcurrentPlan crowd;
    crowd.clients = options.concurrency;
    crowd.sampler = options.sampler;
    crowd.seed = options.seed;
    const ConcurrentResult together = concurrent_requests(target, prompts, crowd, context.interrupt);
    measurement.concurrency = together.measurement;
    if (together.fault) measurement.findings.push_back("an answer that cannot be right: " + together.fault->detail);
  }
  const auto no_memory = [] { return std::optional<std::int64_t>(); };
  if (!options.depths.empty())
    measurement.depths = measured_depths(target, {options.depths, options.sampler, options.seed}, no_memory, context.interrupt);
  if (const auto tokens = wanted_session_tokens(options, attached_context); tokens > 0)
    measurement.turns = growing_conversation(target, {tokens, options.sampler, options.seed}, no_memory, context.interrupt);
  measurement.score_s = score(find_goal(options.goal), measurement);
  return measurement;
}

Measurement measure_launched(const Options& options, Context& context, Config& config) {
  ResolvedTarget resolved = resolve_target(options, context);
  config = merged(resolved.fixed, config_from(resolved.setup.engine, options.set, "--set"));
  require_supported(resolved.setup, search_space(resolved.setup, {}, config));
  const std::int64_t served = resolved.setup.inputs.context;
  VisitOrder order;
  order.config = config;
  order.timed = effort;
  order.depths = wanted_depths(options, resolved.setup.goal, served);
  order.session_tokens = wanted_session_tokens(options, served);
  LiveRunner runner(std::move(resolved.setup), context.interrupt, progress_output(context).status);
  const VisitOutcome outcome = runner.visit(order);
  clear_status(context);
  if (outcome.failure) {
    if (!outcome.failure->log_tail.empty())
      context.err << "last lines of the server's log:\n" << outcome.failure->log_tail << "\n";
    throw TrialError(*outcome.failure);
  }
  return outcome.visit->measurement;
}

}  // namespace

int command_measure(const Options& options, Context& context) {
  Config config;
  Measurement measurement;
  try {
    measurement = options.url.empty() ? measure_launched(options, context, config) : measure_attached(options, context);
  } catch (const TrialError& error) {
    context.err << fmt::format("sweetspot: error: {}: {}\n", to_string(error.failure().kind), error.failure().detail);
    return exit_failed;
  }
  const MachineProfile machine = probe_machine();
  const std::vector<Warning> warnings = disturbances(machine, running_model_servers());
  if (!options.json) {
    write_result(options, context, report_text(config, measurement, warnings));
    return exit_ok;
  }
  Json rows = Json::array();
  for (const Warning& warning : warnings) rows.push_back(warning);
  write_result(options, context,
               json_text({{"config", config}, {"measurement", measurement}, {"machine", machine}, {"warnings", rows}}, 2) + "\n");
  return exit_ok;
}

}  // namespace sweetspot
