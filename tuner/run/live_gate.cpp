#include "backends/offered_apis.hpp"
#include "core/digest.hpp"
#include "core/rng.hpp"
#include "gate/quality.hpp"
#include "gate/thresholds.hpp"
#include "run/evidence.hpp"
#include "run/hearing.hpp"
#include "run/live_runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

// The gate on live servers: what the candidate is asked while it runs, and what the reference says of it afterwards.

namespace sweetspot {
namespace {

constexpr std::size_t log_tail_bytes = 64 << 10;

void count_drafts(const Interview& answers, ServerTraces& traces) {
  for (const CandidateAnswer& answer : answers.answers) {
    for (const RequestSample* sample : {&answer.streamed, answer.plain ? &*answer.plain : nullptr}) {
      if (sample == nullptr) continue;
      traces.drafted += sample->timings.draft_n.value_or(0);
      traces.drafted_accepted += sample->timings.draft_n_accepted.value_or(0);
    }
  }
}

}  // namespace

/// While the candidate runs: its answers, and what else only a running one can tell.
void LiveRunner::interview_candidate(const VisitOrder& order, const Reference& reference, ServerProcess& server, Gating& gating) {
  InterviewPlan plan;
  plan.prompts = selection(reference, *order.gate);
  plan.plain = size_.plain;
  plan.tier = *order.gate;
  if (const auto slots = effective_value(setup_.parameters, order.config, "parallel"))
    plan.together = static_cast<int>(number(*slots));
  plan.deadline = order.deadline;
  const ChatTarget target = target_of(server);
  gating.answers = interview(target, reference, plan, interrupt_);
  if (gating.answers.end == Interview::End::complete)
    gating.apis = asked_over_apis(target, std::move(gating.apis), plan, reference, gating.answers, interrupt_);
  else
    gating.apis.clear();
  gating.traces.log = server.log();
  gating.traces.properties = server.properties();
  count_drafts(gating.answers, gating.traces);
  gating.mode = strictness(setup_.engine, setup_.parameters, order.config);
  const bool quick = *order.gate == Tier::quick || *order.gate == Tier::fresh;
  if (gating.mode == Strictness::lossy && gating.answers.end != Interview::End::out_of_time) {
    const auto positions = quick ? thresholds::quality_positions_quick : thresholds::quality_positions;
    gating.quality = measured_quality(target, reference, positions, order.deadline, interrupt_);
  }
  if (quick || gating.answers.end != Interview::End::complete || gating.mode == Strictness::lossy) return;
  status_("drawing at a temperature: " + display(order.config));
  const double draws_s = *order.gate == Tier::release ? thresholds::draws_s_release : thresholds::draws_s;
  gating.draw_plan = draw_plan(reference, setup_.sampler, *order.gate, draws_s);
  if (gating.draw_plan)
    gating.draws =
        drawn(target, reference, *gating.draw_plan, derived_seed(setup_.seed, "candidate"), order.deadline, interrupt_);
  if (!gating.draws) gating.sampling.detail = not_drawn;
}

GateContext LiveRunner::context_of(const VisitOrder& order, const Reference& reference, const Gating& gating) const {
  return {setup_.engine,  reference,       setup_.parameters,      order.config,  gating.traces,  *order.gate,
          gating.quality, gating.sampling, gating.hearing.excused, gating.scorer, gating.unscored};
}

Verdict LiveRunner::chat_verdict_of(const VisitOrder& order, const Reference& reference, const Gating& gating) const {
  const auto& scores = gating.hearing.scores;
  return judged(context_of(order, reference, gating), gating.answers, scores ? &*scores : nullptr);
}

Verdict LiveRunner::verdict_of(const VisitOrder& order, const Reference& reference, const Gating& gating) const {
  return with_apis(context_of(order, reference, gating), chat_verdict_of(order, reference, gating), gating.apis);
}

/// Broken, and neither the reference nor a scorer can change that.
bool LiveRunner::broken_for_good(const VisitOrder& order, const Reference& reference, const Gating& gating) const {
  const Verdict chat = chat_verdict_of(order, reference, gating);
  if (chat.outcome == Outcome::broken && !undecided(reference, chat, gating.answers) &&
      !(setup_.scorer && unexplained(reference, chat)))
    return true;
  const GateContext context = context_of(order, reference, gating);
  return std::any_of(gating.apis.begin(), gating.apis.end(),
                     [&](const ApiGating& api) { return sweetspot::broken_for_good(context, api); });
}

bool LiveRunner::needs_reference(const VisitOrder& order, const Reference& reference, const Gating& gating) {
  const Verdict verdict = chat_verdict_of(order, reference, gating);
  const bool lossy = gating.mode == Strictness::lossy;
  // A declared-lossy flag gets its figures also where a check already found it broken.
  if ((verdict.outcome != Outcome::broken || lossy) && needs_rescoring(reference, all_answers(gating.answers))) return true;
  if (verdict.outcome != Outcome::broken && gating.draws && draws_missing(reference, gating)) return true;
  if (undecided(reference, verdict, gating.answers)) return true;
  const GateContext context = context_of(order, reference, gating);
  return std::any_of(gating.apis.begin(), gating.apis.end(), [&](const ApiGating& api) { return needs_hearing(context, api); });
}

/// A running reference hears what may be excused, scores every text that differs, and draws where it has not yet.
void LiveRunner::hear_reference(const VisitOrder& order, const Reference& reference, const ChatTarget& server, Verdict& verdict,
                                Gating& gating) {
  status_("asking the reference: " + display(order.config));
  verdict = chat_verdict_of(order, reference, gating);
  const auto judge = [&](const Hearing&) { return chat_verdict_of(order, reference, gating); };
  hear(server, reference, gating.answers, gating.mode == Strictness::lossy, judge, verdict, gating.hearing, interrupt_);
  if (verdict.outcome != Outcome::broken && gating.draws && draws_missing(reference, gating))
    draw_reference(order, reference, server, gating);
  hear_apis(server, context_of(order, reference, gating), gating.apis, interrupt_);
  verdict = verdict_of(order, reference, gating);
}

/// The final verdict, with its evidence.
void LiveRunner::close(const VisitOrder& order, const Reference& reference, Verdict& verdict, Gating& gating) {
  if (gating.draws && !draws_missing(reference, gating))
    gating.sampling =
        sampling_result(reference, *gating.draw_plan, draws_.at(draw_key(reference, *gating.draw_plan)), *gating.draws);
  if (verdict.check != "G13") verdict = verdict_of(order, reference, gating);
  if (verdict.outcome != Outcome::pass) keep_evidence(order, reference, gating, verdict);
}

std::vector<SettledVerdict> LiveRunner::settle() {
  std::stable_sort(waiting_.begin(), waiting_.end(),
                   [](const Waiting& a, const Waiting& b) { return a.reference->key < b.reference->key; });
  hear_waiting();
  std::vector<SettledVerdict> settled;
  std::optional<ServerProcess> scorer;
  std::string loaded;
  for (Waiting& one : waiting_) {
    if (loaded != one.reference->key) scorer.reset();
    loaded = one.reference->key;
    if (one.heard) {
      if (needs_scorer(one.order, *one.reference, one.gating)) hear_scorer(one.order, *one.reference, scorer, one.gating);
      close(one.order, *one.reference, one.verdict, one.gating);
    }
    settled.push_back({one.order.config, std::move(one.verdict)});
  }
  waiting_.clear();
  return settled;
}

/// All that wait for the reference, with as few loads of it as there are references.
void LiveRunner::hear_waiting() {
  std::optional<ServerProcess> server;
  std::string loaded;
  for (Waiting& one : waiting_) {
    if (!needs_reference(one.order, *one.reference, one.gating)) continue;
    try {
      if (!server || loaded != one.reference->key) {
        server.reset();
        server = start(reference_config(one.order.config));
        loaded = one.reference->key;
      }
      hear_reference(one.order, *one.reference, target_of(*server), one.verdict, one.gating);
    } catch (const TrialError& error) {  // the reference's failure, not the candidate's: nothing can be claimed
      server.reset();
      one.heard = false;
      one.verdict.outcome = Outcome::inconclusive;
      one.verdict.detail = "the reference could not be asked: " + error.failure().detail;
    }
  }
}

/// Looks on disk, too.
bool LiveRunner::draws_missing(const Reference& reference, const Gating& gating) {
  const std::string key = draw_key(reference, *gating.draw_plan);
  if (draws_.contains(key)) return false;
  auto stored = load_draws(setup_.cache_folder / "references", key);
  if (!stored) return true;
  draws_[key] = std::move(*stored);
  return false;
}

void LiveRunner::draw_reference(const VisitOrder& order, const Reference& reference, const ChatTarget& server,
                                const Gating& gating) {
  auto expected = drawn(server, reference, *gating.draw_plan, derived_seed(setup_.seed, "reference"), order.deadline, interrupt_);
  if (!expected) return;
  const std::string key = draw_key(reference, *gating.draw_plan);
  save_draws(setup_.cache_folder / "references", key, *expected);
  draws_[key] = std::move(*expected);
}

void LiveRunner::keep_evidence(const VisitOrder& order, const Reference& reference, const Gating& gating,
                               Verdict& verdict) const {
  if (setup_.evidence_folder.empty()) return;
  const EngineProbe& probe = probe_of(setup_, order.config);
  const EngineIdentity engine{setup_.engine.name, probe.version, probe.binary.string()};
  const Command command = command_for(setup_, order.config);
  const std::string& log = gating.traces.log;
  const std::string tail = log.substr(log.size() > log_tail_bytes ? log.size() - log_tail_bytes : 0);
  const ApiGating* api = deciding(verdict, gating.apis);
  const Hearing& heard = api == nullptr ? gating.hearing : api->hearing;
  const EvidenceSource source{.verdict = verdict,
                              .reference = api == nullptr ? reference : *api->reference,
                              .interview = api == nullptr ? gating.answers : api->answers,
                              .scores = heard.scores ? &*heard.scores : nullptr,
                              .command = command,
                              .engine = engine,
                              .model = model_of(setup_, order.config),
                              .log_tail = tail,
                              .api = api == nullptr ? Api::chat : api->api,
                              .path = api_path(setup_.engine.protocol, api == nullptr ? Api::chat : api->api)};
  verdict.evidence_folder = save_evidence(setup_.evidence_folder, source).value_or("");
}

std::string LiveRunner::draw_key(const Reference& reference, const DrawPlan& plan) const {
  std::string text = fmt::format("{}|{}|{}|", reference.key, plan.draws, plan.tokens);
  for (const auto& [name, value] : plan.sampler) text += fmt::format("{}={}|", name, value);
  return digest(text);
}

}  // namespace sweetspot
