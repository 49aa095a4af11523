#include "run/live_runner.hpp"

#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/limits.hpp"
#include "core/rng.hpp"
#include "core/text.hpp"
#include "gate/depth_prompts.hpp"
#include "gate/gate.hpp"
#include "gate/generator.hpp"
#include "gate/prompt_set.hpp"
#include "gate/thresholds.hpp"
#include "run/concurrent.hpp"
#include "run/conversation.hpp"
#include "run/depths.hpp"
#include "run/later_look.hpp"
#include "run/machine.hpp"
#include "run/watch.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <thread>

namespace sweetspot {
namespace {

constexpr double rest_least_s = 5;                          ///< before a burst
constexpr double rest_most_s = 120;                         ///< a warm room may keep the machine above where it was
constexpr std::chrono::seconds rest_step{1};                ///< asking the machine costs programs of the system's own on some
constexpr std::int64_t bytes_per_ready_second = 100 << 20;  ///< slowest disk that a large model is loaded from

std::chrono::milliseconds ready_timeout(const ModelIdentity& model) {
  return std::chrono::milliseconds(limits::ready_timeout) + std::chrono::seconds(model.size_bytes / bytes_per_ready_second);
}

bool goes_deep(const VisitOrder& order) { return !order.depths.empty() || order.session_tokens > 0; }

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

LiveRunner::LiveRunner(LiveSetup setup, const InterruptFlag& interrupt, StatusLine status)
    : setup_(std::move(setup)), interrupt_(interrupt), status_(std::move(status)) {}

ServerProcess LiveRunner::start(const Config& config) {
  kept_ = {};
  return ServerProcess::start(setup_.engine, plan_for(setup_, config), ready_timeout(model_of(setup_, config)), interrupt_,
                              setup_.port);
}

/// The server of the visit before, where this configuration differs from what it served only by what requests set: figures
/// of one process, in turn, are better compared than those of two. A configuration that follows itself gets a new one, so
/// that repeats differ by all that launches differ by; so does all that is gated or goes deep, because what others asked and the
/// memory that it took stay behind.
ServerProcess LiveRunner::server_for(const VisitOrder& order) {
  if (order.gate || goes_deep(order) || !kept_.server) return start(order.config);
  const LaunchPlan plan = plan_for(setup_, order.config);
  const bool one_only = kept_.served.size() == 1 && kept_.served.contains(key(order.config));
  if (plan.argv != kept_.argv || one_only || !kept_.server->alive()) return start(order.config);
  ServerProcess server = std::move(*kept_.server);
  kept_.server.reset();
  server.set_request_json(plan.request_json);
  server.forget_memory_peak();
  return server;
}

/// For the next visit; nothing where no parameter is set by request.
void LiveRunner::keep_or_stop(const VisitOrder& order, ServerProcess& server) {
  const auto by_request = [](const EngineParameter& row) { return !row.request_field.empty(); };
  const bool may_serve_others = std::any_of(setup_.engine.parameters.begin(), setup_.engine.parameters.end(), by_request);
  if (order.gate || goes_deep(order) || !may_serve_others) {
    server.stop();
    return;
  }
  kept_.argv = plan_for(setup_, order.config).argv;
  kept_.served.insert(key(order.config));
  ++kept_.visits;
  kept_.server.emplace(std::move(server));
}

ServerProcess LiveRunner::start_scorer(const Config& config) {
  kept_ = {};
  const auto& [engine, probe, model] = *setup_.scorer;
  const Config plain = plain_config(engine, probe, config);
  LaunchInputs inputs;
  inputs.model = model.path;
  inputs.context = setup_.inputs.context;
  if (const auto reason = unsupported_reason(engine, probe, plain, model, inputs))
    throw TrialError{Failure{FailureKind::unsupported, *reason, ""}};
  return ServerProcess::start(engine, launch_plan(engine, probe, plain, model, inputs), ready_timeout(model), interrupt_, 0);
}

ChatTarget LiveRunner::target_of(const ServerProcess& server, const EngineDescriptor& engine) {
  ChatTarget target;
  target.engine = &engine;
  target.endpoint.port = server.port();
  target.endpoint.headers = engine.protocol.headers;
  target.model = server.model();
  target.request_json = server.request_json();
  return target;
}

Observation LiveRunner::observe(const Config& config) {
  ServerProcess server = start(config);
  ServerTraces traces;
  traces.log = server.log();
  traces.properties = server.properties();
  Observation observation = observed(target_of(server), traces, setup_.timed_prompts, setup_.seed, interrupt_);
  observation.launch_s = server.launch_seconds();
  if (observation.context == 0) observation.context = setup_.inputs.context;
  return observation;
}

void LiveRunner::cool_down() {
  const auto begin = std::chrono::steady_clock::now();
  status_("cooling down");
  while (true) {
    if (interrupt_.raised()) throw Interrupted{};
    const MachineProfile machine = probe_machine();
    if (!cool_c_) cool_c_ = machine.temperature_c;
    const double waited = seconds_since(begin);
    if ((has_cooled(machine, cool_c_) && waited >= rest_least_s) || waited >= rest_most_s) return;
    std::this_thread::sleep_for(rest_step);
  }
}

void LiveRunner::add_timed(const VisitOrder& order, ServerProcess& server, VisitOutcome& outcome) {
  status_("timing " + display(order.config));
  const auto begin = std::chrono::steady_clock::now();
  TimedPlan plan;
  plan.requests_per_class = order.timed->requests_per_class;
  plan.cold = order.timed->cold;
  plan.warm_turns = order.timed->warm_turns;
  plan.max_tokens = size_.max_tokens;
  plan.sampler = setup_.sampler;
  plan.seed = setup_.seed;
  plan.round = order.round;
  plan.visits_before = kept_.visits;
  plan.deadline = order.timed_deadline;
  Visit visit;
  visit.phase = order.phase;
  visit.block = order.block;
  visit.started_at = utc_now_iso8601(std::chrono::system_clock::now());
  const TimedResult result = timed_requests(target_of(server), setup_.timed_prompts, plan, interrupt_);
  visit.samples = result.samples;
  std::set<std::string> excluded;
  for (const auto& [key, reference] : references_) {
    if (key == fresh_key_) continue;
    for (const std::string& name : reference.summary.not_verified) excluded.insert(name);
  }
  visit.measurement = summarised(visit.samples, setup_.goal, excluded, server.memory_bytes_peak());
  if (result.unsteady) visit.measurement.findings.emplace_back(unsteady_finding);
  std::optional<Evidence> fault = result.fault;
  for (RequestSample& sample : visit.samples) sample.raw.clear();
  if (!result.cut) add_crowd(order, server, visit, fault);
  visit.duration_s = seconds_since(begin);
  outcome.cut = result.cut;
  if (!result.cut) outcome.visit = std::move(visit);
  if (!fault) return;
  // A visit of the race or the confirm has no verdict of its own; what it shows counts all the same.
  if (!outcome.verdict) outcome.verdict.emplace();
  outcome.verdict->outcome = Outcome::broken;
  outcome.verdict->check = "G13";
  outcome.verdict->detail = "while timed: " + fault->detail;
  outcome.verdict->evidence = std::move(fault);
}

/// Several clients at once, where the goal or the user asks for it.
void LiveRunner::add_crowd(const VisitOrder& order, ServerProcess& server, Visit& visit, std::optional<Evidence>& fault) {
  const bool wanted = setup_.concurrency > 0 || setup_.goal.work == Goal::Work::crowd;
  if (!wanted) return;
  ConcurrentPlan plan;
  plan.clients = setup_.concurrency;
  const auto slots = effective_value(setup_.parameters, order.config, "parallel");
  if (plan.clients == 0) plan.clients = std::max(1, slots ? static_cast<int>(number(*slots)) : 1);
  plan.sampler = setup_.sampler;
  plan.seed = setup_.seed;
  plan.round = order.round;
  plan.visits_before = kept_.visits;
  plan.max_tokens = size_.max_tokens;
  ConcurrentResult crowd = concurrent_requests(target_of(server), setup_.timed_prompts, plan, interrupt_);
  visit.measurement.concurrency = crowd.measurement;
  if (!fault) fault = std::move(crowd.fault);
  visit.measurement.memory_bytes_peak = server.memory_bytes_peak();
  if (setup_.goal.work == Goal::Work::crowd) visit.measurement.score_s = score(setup_.goal, visit.measurement);
}

void LiveRunner::add_depths(const VisitOrder& order, ServerProcess& server, VisitOutcome& outcome) {
  status_("at depth: " + display(order.config));
  if (!outcome.visit) {
    outcome.visit.emplace();
    outcome.visit->phase = order.phase;
    outcome.visit->started_at = utc_now_iso8601(std::chrono::system_clock::now());
  }
  const auto begin = std::chrono::steady_clock::now();
  const ServerSight sight{[&server] { return server.memory_bytes_peak(); }, [&server] { return server.exit_failure(); }};
  Measurement& measurement = outcome.visit->measurement;
  if (!order.depths.empty())
    measurement.depths = measured_depths(target_of(server), {order.depths, setup_.sampler, setup_.seed}, sight, interrupt_);
  if (order.session_tokens > 0)
    measurement.turns =
        growing_conversation(target_of(server), {order.session_tokens, setup_.sampler, setup_.seed}, sight, interrupt_);
  if (setup_.goal.work == Goal::Work::depth && order.phase != Phase::depth)
    outcome.visit->measurement.score_s = score(setup_.goal, outcome.visit->measurement);
  outcome.visit->measurement.memory_bytes_peak = server.memory_bytes_peak();
  outcome.visit->duration_s += seconds_since(begin);
}

VisitOutcome LiveRunner::visit(const VisitOrder& order) {
  VisitOutcome outcome;
  if (const auto reason = refusal_for(setup_, order.config)) {
    outcome.failure = Failure{FailureKind::unsupported, *reason, ""};
    return outcome;
  }
  std::optional<ServerProcess> server;
  // A finalist's longer reference may take half of what is left.
  if (order.gate && *order.gate != Tier::quick) {
    const auto now = std::chrono::steady_clock::now();
    reference_deadline_ = now + (order.deadline - now) / 2;
  }
  const Reference* reference = order.gate ? &reference_for(order.config, *order.gate) : nullptr;
  Gating gating;
  if (reference != nullptr && *order.gate != Tier::fresh) gating.apis = api_gatings(order.config, *reference);
  try {
    status_("starting " + display(order.config));
    const MachineState before = machine_state(kept_.server ? kept_.server->cpu_seconds() : 0);
    server = server_for(order);
    if (reference != nullptr) {
      status_("checking " + display(order.config));
      interview_candidate(order, *reference, *server, gating);
      outcome.verdict = verdict_of(order, *reference, gating);
      outcome.gate_speed_ratio = gate_speed_ratio(*reference, gating.answers);
    }
    const bool broken = outcome.verdict && broken_for_good(order, *reference, gating);
    if (!broken && order.timed) add_timed(order, *server, outcome);
    if (!broken && !outcome.cut && goes_deep(order)) add_depths(order, *server, outcome);
    // Before it is stopped: what a server worked and swapped is seen while it lives, wherever it is counted later.
    if (outcome.visit) outcome.disturbed = disturbed_by(before, machine_state(server->cpu_seconds()));
    keep_or_stop(order, *server);
    if (reference != nullptr) {
      const bool asks = outcome.verdict->check != "G13" &&
                        (needs_reference(order, *reference, gating) || needs_scorer(order, *reference, gating));
      if (asks && order.may_wait) {
        waiting_.push_back({order, reference, *outcome.verdict, std::move(gating)});
        outcome.verdict = waiting_verdict(std::move(*outcome.verdict));
        return outcome;
      }
      if (asks) ask_others(order, *reference, *outcome.verdict, gating);
      close(order, *reference, *outcome.verdict, gating);
    }
  } catch (const ForeignServer& error) {
    outcome.verdict.emplace();
    outcome.verdict->outcome = Outcome::broken;
    outcome.verdict->check = "G0";
    outcome.verdict->detail = error.what();
    outcome.verdict->evidence = Evidence{"", "the server that was started", "another one", error.what()};
    outcome.verdict->checks = {{"G0", Outcome::broken, error.what()}};
  } catch (const TrialError& error) {
    outcome.failure = error.failure();
    if (server && outcome.failure->kind != FailureKind::timed_out) {
      if (const auto ended = server->exit_failure()) outcome.failure = ended;
    }
    if (outcome.failure->log_tail.empty() && server) outcome.failure->log_tail = server->log_tail();
    if (order.phase != Phase::confirm) outcome.visit.reset();
  }
  return outcome;
}

}  // namespace sweetspot
