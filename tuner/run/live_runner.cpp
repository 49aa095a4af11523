#include "run/live_runner.hpp"

#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/limits.hpp"
#include "core/rng.hpp"
#include "core/text.hpp"
#include "gate/gate.hpp"
#include "gate/generator.hpp"
#include "gate/prompt_set.hpp"
#include "gate/thresholds.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <numeric>

namespace sweetspot {
namespace {

constexpr int observed_prompts = 3;
constexpr std::int64_t bytes_per_ready_second = 100 << 20;  ///< slowest disk that a large model is loaded from

std::chrono::milliseconds ready_timeout(const ModelIdentity& model) {
  return std::chrono::milliseconds(limits::ready_timeout) + std::chrono::seconds(model.size_bytes / bytes_per_ready_second);
}

std::string file_stamp(const std::filesystem::path& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  const auto time = std::filesystem::last_write_time(path, error);
  return fmt::format("{} {} {}", path.string(), error ? 0 : size, error ? 0 : time.time_since_epoch().count());
}

bool has_chat_template(const EngineDescriptor& engine, const ModelIdentity& model, const std::string& properties) {
  if (model.has_chat_template || engine.ready.template_pointer.empty()) return true;
  (void)properties;  // the server makes one up and shows it, so the file decides
  return false;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

LiveRunner::LiveRunner(LiveSetup setup, const InterruptFlag& interrupt, StatusLine status)
    : setup_(std::move(setup)), interrupt_(interrupt), status_(std::move(status)) {}

ServerProcess LiveRunner::start(const Config& config) {
  const LaunchPlan plan = launch_plan(setup_.engine, setup_.probe, config, setup_.model, setup_.inputs);
  return ServerProcess::start(setup_.engine, plan, ready_timeout(setup_.model), interrupt_, setup_.port);
}

ChatTarget LiveRunner::target_of(const ServerProcess& server) const {
  ChatTarget target;
  target.engine = &setup_.engine;
  target.endpoint.port = server.port();
  target.model = setup_.engine.protocol.model == "{alias}" ? server.alias() : setup_.engine.protocol.model;
  return target;
}

Observation LiveRunner::observe(const Config& config) {
  ServerProcess server = start(config);
  const ChatTarget target = target_of(server);
  Observation observation;
  observation.launch_s = server.launch_seconds();
  TimedPlan plan;
  plan.requests_per_class = 1;
  plan.cold = 1;
  plan.warm_turns = 0;
  plan.max_tokens = 96;
  plan.seed = derived_seed(setup_.seed, "observe");
  const TimedResult timed = timed_requests(target, setup_.timed_prompts, plan, interrupt_);
  const Measurement measurement = summarised(timed.samples, find_goal("decode"), {}, std::nullopt);
  observation.decode_tokens_per_second = measurement.decode_tokens_per_second.value_or(0);
  observation.prefill_tokens_per_second = measurement.prefill_tokens_per_second.value_or(0);
  ServerTraces traces;
  traces.log = server.log();
  traces.properties = server.properties();
  observation.effective = effective_values(setup_.engine, traces);
  const auto context = observation.effective.find("context");
  if (context != observation.effective.end()) observation.context = static_cast<std::int64_t>(number(context->second));
  return observation;
}

Config LiveRunner::reference_config(const Config& config) const {
  Config reference;
  for (const auto& [name, value] : config.values) {
    const EngineParameter* row = find_parameter(setup_.engine, name);
    if (row != nullptr && row->parameter.effect == Effect::semantic && name != "parallel") reference.values[name] = value;
  }
  for (const auto& [name, value] : setup_.engine.reference) {
    const ProbedParameter* probed = setup_.probe.find(name);
    if (probed != nullptr && probed->spelling) reference.values[name] = value;
  }
  return reference;
}

std::vector<Prompt> LiveRunner::prompts_of(Tier tier) const {
  if (tier == Tier::quick) return quick_prompts(setup_.gate_prompts);
  std::vector<Prompt> prompts = setup_.gate_prompts;
  const int tools = tier == Tier::release ? thresholds::tool_prompts_release : size_.generated_tools;
  const int texts = tier == Tier::release ? thresholds::text_prompts_release : size_.generated_texts;
  for (Prompt& prompt : generated_prompts(derived_seed(setup_.seed, "gate"), texts, tools)) prompts.push_back(std::move(prompt));
  return prompts;
}

std::string LiveRunner::reference_key(const Config& reference_config, Tier tier) const {
  std::string text =
      fmt::format("{}|{}|{}|{}|{}|{}|{}|", thresholds::version, setup_.engine.name, setup_.probe.version,
                  file_stamp(setup_.probe.binary), setup_.model.sha256, setup_.inputs.context, key(reference_config));
  for (const std::string& argument : setup_.inputs.extra_arguments) text += argument + "|";
  text += fmt::format("{}|", size_.max_tokens);
  return digest(text + prompt_set_digest(prompts_of(tier)));
}

Reference LiveRunner::asked_reference(const Config& reference_config, const std::string& key, Tier tier) {
  std::vector<ReferenceAnswer> known;
  if (tier != Tier::quick) known = reference_for(reference_config, Tier::quick).answers;
  const std::size_t known_count = known.size();
  ReferencePlan plan;
  plan.prompts = prompts_of(tier);
  plan.max_tokens = size_.max_tokens;
  plan.deadline = reference_deadline_;
  std::vector<ReferenceAnswer> answers;
  {
    ServerProcess server = start(reference_config);
    const auto progress = [this](std::size_t done, std::size_t all) {
      status_(fmt::format("reference: prompt {} of {}", done, all));
    };
    answers = ask_reference(target_of(server), plan, std::move(known), progress, interrupt_);
  }
  status_("reference: a third again after a restart");
  ServerProcess server = start(reference_config);
  const ChatTarget target = target_of(server);
  ask_again(target, answers, known_count, reference_deadline_, interrupt_);
  double tie_margin = thresholds::tie_floor;
  if (!setup_.engine.protocol.completion_path.empty()) tie_margin = measured_tie_margin(target, answers, interrupt_);
  const bool present = has_chat_template(setup_.engine, setup_.model, server.properties());
  return qualified(std::move(answers), key, tie_margin, present ? ChatTemplate::present : ChatTemplate::missing);
}

const Reference& LiveRunner::reference_for(const Config& config, Tier tier) {
  const Config wanted = reference_config(config);
  const std::string key = reference_key(wanted, tier);
  const auto known = references_.find(key);
  if (known != references_.end()) return known->second;
  if (auto stored = load_reference(setup_.cache_folder / "references", key)) {
    status_("reference: from the cache");
    return references_[key] = std::move(*stored);
  }
  Reference reference = asked_reference(wanted, key, tier);
  const auto is_opening = [](const ReferenceAnswer& answer) { return !is_continuation(answer.prompt); };
  const auto asked = std::count_if(reference.answers.begin(), reference.answers.end(), is_opening);
  const std::size_t all = prompts_of(tier).size();
  if (asked == static_cast<std::ptrdiff_t>(all)) {
    save_reference(setup_.cache_folder / "references", reference);
  } else {
    reference.summary.findings.push_back(
        {"short_reference", fmt::format("only {} of {} prompts were asked of the reference, for want of time", asked, all),
         std::nullopt, false});
  }
  return references_[key] = std::move(reference);
}

ReferenceSummary LiveRunner::reference_summary() const {
  ReferenceSummary most;
  for (const auto& [key, reference] : references_) {
    if (reference.summary.prompts > most.prompts) most = reference.summary;
  }
  return most;
}

Verdict LiveRunner::gated(const VisitOrder& order, const Reference& reference, ServerProcess& server, Interview& answers) {
  InterviewPlan plan;
  plan.prompts = selection(reference, *order.gate);
  plan.plain = size_.plain;
  plan.tier = *order.gate;
  if (const auto slots = effective_value(setup_.parameters, order.config, "parallel"))
    plan.together = static_cast<int>(number(*slots));
  plan.deadline = order.deadline;
  answers = interview(target_of(server), reference, plan, interrupt_);
  traces_ = {};
  traces_.log = server.log();
  traces_.properties = server.properties();
  for (const CandidateAnswer& answer : answers.answers) {
    for (const RequestSample* sample : {&answer.streamed, answer.plain ? &*answer.plain : nullptr}) {
      if (sample == nullptr) continue;
      traces_.drafted += sample->timings.draft_n.value_or(0);
      traces_.drafted_accepted += sample->timings.draft_n_accepted.value_or(0);
    }
  }
  return judged({setup_.engine, reference, setup_.parameters, order.config, traces_, *order.gate}, answers, nullptr);
}

Visit LiveRunner::timed(const VisitOrder& order, ServerProcess& server, std::optional<Evidence>& fault) {
  const auto begin = std::chrono::steady_clock::now();
  TimedPlan plan;
  plan.requests_per_class = order.timed->requests_per_class;
  plan.cold = order.timed->cold;
  plan.warm_turns = order.timed->warm_turns;
  plan.max_tokens = size_.max_tokens;
  plan.sampler = setup_.sampler;
  plan.seed = setup_.seed;
  plan.round = order.round;
  Visit visit;
  visit.phase = order.phase;
  visit.block = order.block;
  visit.started_at = utc_now_iso8601(std::chrono::system_clock::now());
  const TimedResult result = timed_requests(target_of(server), setup_.timed_prompts, plan, interrupt_);
  visit.samples = result.samples;
  std::set<std::string> excluded;
  for (const auto& [key, reference] : references_) {
    for (const std::string& name : reference.summary.not_verified) excluded.insert(name);
  }
  visit.measurement = summarised(visit.samples, setup_.goal, excluded, server.memory_bytes_peak());
  if (result.unsteady) visit.measurement.findings.push_back("unsteady: the warm-up did not settle");
  for (const RequestSample& sample : visit.samples) {
    const auto asked = std::find_if(setup_.timed_prompts.begin(), setup_.timed_prompts.end(),
                                    [&](const Prompt& prompt) { return prompt.id == sample.prompt_id; });
    if (fault || asked == setup_.timed_prompts.end()) continue;
    Prompt prompt = *asked;
    if (size_.max_tokens > 0) prompt.max_tokens = std::min(prompt.max_tokens, size_.max_tokens);
    fault = check_alone(prompt, sample);
  }
  for (RequestSample& sample : visit.samples) sample.raw.clear();
  visit.duration_s = seconds_since(begin);
  return visit;
}

void LiveRunner::rescored(const VisitOrder& order, const Reference& reference, const Interview& answers, VisitOutcome& outcome) {
  status_("re-scoring on the reference: " + display(order.config));
  ServerProcess server = start(reference_config(order.config));
  const int enough =
      strictness(setup_.engine, setup_.parameters, order.config) == Strictness::lossy ? 200 : thresholds::broken_prompts_enough;
  const std::vector<ScoredText> scores = rescore(target_of(server), reference, all_answers(answers), enough, interrupt_);
  outcome.verdict = judged({setup_.engine, reference, setup_.parameters, order.config, traces_, *order.gate}, answers, &scores);
}

VisitOutcome LiveRunner::visit(const VisitOrder& order) {
  VisitOutcome outcome;
  if (const auto reason = unsupported_reason(setup_.engine, setup_.probe, order.config, setup_.model, setup_.inputs)) {
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
  Interview answers;
  try {
    status_("starting " + display(order.config));
    server = start(order.config);
    if (reference != nullptr) {
      status_("checking " + display(order.config));
      outcome.verdict = gated(order, *reference, *server, answers);
      outcome.gate_speed_ratio = gate_speed_ratio(*reference, answers);
    }
    const bool broken = outcome.verdict && outcome.verdict->outcome == Outcome::broken;
    if (!broken && order.timed) {
      status_("timing " + display(order.config));
      std::optional<Evidence> fault;
      outcome.visit = timed(order, *server, fault);
      if (fault) {
        // A visit of the race or the confirm has no verdict of its own; what it shows counts all the same.
        if (!outcome.verdict) outcome.verdict.emplace();
        outcome.verdict->outcome = Outcome::broken;
        outcome.verdict->check = "G13";
        outcome.verdict->detail = "while timed: " + fault->detail;
        outcome.verdict->evidence = *fault;
      }
    }
    server->stop();
    // A declared-lossy flag gets its figures also where a check already found it broken.
    const bool rescorable =
        reference != nullptr && (outcome.verdict->outcome != Outcome::broken ||
                                 strictness(setup_.engine, setup_.parameters, order.config) == Strictness::lossy);
    if (rescorable && needs_rescoring(*reference, all_answers(answers))) rescored(order, *reference, answers, outcome);
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
