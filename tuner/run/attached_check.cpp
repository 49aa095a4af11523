#include "run/attached_check.hpp"

#include "backends/offered_apis.hpp"
#include "core/error.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "gate/api_reference.hpp"
#include "gate/text_verdict.hpp"
#include "gate/thresholds.hpp"
#include "run/api_gate.hpp"
#include "run/attached_draws.hpp"
#include "run/capabilities.hpp"
#include "run/evidence.hpp"
#include "run/hearing.hpp"
#include "run/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace sweetspot {
namespace {

constexpr std::int64_t context_assumed = 4096;  ///< of a server that does not tell what it serves
struct ApiReference {
  Api api;
  Reference reference;
};

constexpr const char* not_compared = "not compared with plain greedy decoding: no --reference-url was given";

std::string properties_of(const ChatTarget& server, const InterruptFlag& interrupt) {
  const std::string& path = server.engine->ready.properties_path;
  if (path.empty()) return "{}";
  const HttpResponse response =
      http_get(server.endpoint, path, {limits::connect_timeout, limits::short_request_timeout}, interrupt);
  return response.status == 200 ? response.body : "{}";
}

/// Looks at a server and drops from its descriptor what it does not offer.
Observation looked_at(AttachedServer& server, const AttachedCheckJob& job, ServerTraces& traces, const InterruptFlag& interrupt) {
  traces.properties = properties_of(target_of(server), interrupt);
  Observation seen = observed(target_of(server), traces, job.timed_prompts, job.seed, interrupt);
  server.engine.protocol = seen.protocol;
  if (seen.context == 0) seen.context = context_assumed;
  return seen;
}

Reference asked_reference(const ChatTarget& server, const AttachedCheckJob& job, const ReferenceSize& size,
                          const InterruptFlag& interrupt, const TuneOutput& output) {
  ReferencePlan plan;
  plan.prompts = reference_prompts(job.gate_prompts, size, job.seed, job.tier);
  plan.max_tokens = size.max_tokens;
  const auto progress = [&](std::size_t done, std::size_t all) {
    output.status(fmt::format("reference: prompt {} of {}", done, all));
  };
  auto answers = ask_reference(server, plan, {}, progress, interrupt);
  output.status("reference: a third again");
  ask_again(server, answers, 0, plan.deadline, interrupt);
  double tie_margin = thresholds::tie_floor;
  if (!server.engine->protocol.completion_path.empty()) tie_margin = measured_tie_margin(server, answers, interrupt);
  return qualified(std::move(answers), "", tie_margin, ChatTemplate::present);
}

void count_drafts(const Interview& answers, ServerTraces& traces) {
  for (const CandidateAnswer& answer : answers.answers) {
    traces.drafted += answer.streamed.timings.draft_n.value_or(0);
    traces.drafted_accepted += answer.streamed.timings.draft_n_accepted.value_or(0);
  }
}

/// The reference's own texts, scored by the same server one token at a time: a request of one token drafts nothing.
std::vector<ScoredText> own_texts(const ChatTarget& server, const Reference& reference, const InterruptFlag& interrupt) {
  Reference blank = reference;
  std::vector<CandidateAnswer> texts;
  for (std::size_t i = 0; i < blank.answers.size(); ++i) {
    RequestSample& plain = blank.answers[i].plain;
    const auto listed = static_cast<std::int64_t>(plain.tokens.size());
    // The end of an answer may be counted and not listed; but so may a token that leaves a character incomplete.
    const std::int64_t unlisted = plain.usage.completion_tokens.value_or(0) - listed;
    const bool all_listed = unlisted == 0 || (unlisted == 1 && is_ascii(whole_text(plain)));
    if (reference.answers[i].usable && listed > 0 && all_listed) {
      plain.usage.completion_tokens = listed;
      texts.push_back({i, plain, plain});
    }
    plain = RequestSample{};
  }
  return rescore(server, blank, texts, thresholds::broken_prompts_enough, interrupt);
}

/// What a server says about itself: nothing of it is a comparison with plain decoding.
void add_own_texts(const std::vector<ScoredText>& scores, const Reference& reference, Verdict& verdict) {
  verdict.not_verified.emplace_back(not_compared);
  const Rescored figures = total(scores);
  if (figures.tokens == 0) {
    verdict.not_verified.emplace_back("its own texts one token at a time: the server takes no token ids, or gives no margins");
    return;
  }
  verdict.rescored = figures;
  const bool broken = figures.miscommit > 0 || beyond_near_ties(figures, reference.near_tie_share, figures.tokens);
  const std::string detail =
      fmt::format("its own texts one token at a time: {} of {} tokens are not the model's choice, {} of them clearly",
                  figures.disagree, figures.tokens, figures.miscommit);
  verdict.checks.push_back({"G7", broken ? Outcome::broken : Outcome::pass, detail});
  if (!broken || verdict.outcome == Outcome::broken) return;
  verdict.outcome = Outcome::broken;
  verdict.check = "G7";
  verdict.detail = detail;
  for (const ScoredText& text : scores) {
    if (text.figures.miscommit > 0 || !verdict.evidence) verdict.evidence = text.worst;
    if (text.figures.miscommit > 0) break;
  }
}

/// What the referee says over each API, before the candidate is asked there.
std::vector<ApiReference> api_references(const AttachedCheckJob& job, const ChatTarget& referee, const Reference& chat,
                                         const InterruptFlag& interrupt, const TuneOutput& output) {
  std::vector<ApiReference> references;
  for (const Api api : job.apis) {
    const auto progress = [&](std::size_t done, std::size_t all) {
      output.status(fmt::format("reference over {}: prompt {} of {}", to_string(api), done, all));
    };
    references.push_back({api, api_reference(over(api, referee), chat, "", progress, interrupt)});
  }
  return references;
}

/// Of the API that decided.
std::string kept_evidence(const AttachedCheckJob& job, const Verdict& verdict, const Reference& reference,
                          const Interview& answers, const Hearing& hearing, const std::vector<ApiGating>& apis) {
  const ApiGating* api = deciding(verdict, apis);
  const Hearing& heard = api == nullptr ? hearing : api->hearing;
  ModelIdentity model;
  model.name = job.candidate.model;
  const EvidenceSource source{.verdict = verdict,
                              .reference = api == nullptr ? reference : *api->reference,
                              .interview = api == nullptr ? answers : api->answers,
                              .scores = heard.scores ? &*heard.scores : nullptr,
                              .command = {},
                              .engine = {job.candidate.engine.name, "", ""},
                              .model = model,
                              .log_tail = "",
                              .api = api == nullptr ? Api::chat : api->api,
                              .path = api_path(job.candidate.engine.protocol, api == nullptr ? Api::chat : api->api),
                              .url = job.candidate.url};
  return save_evidence(job.evidence_folder, source).value_or("");
}

Verdict gated(const AttachedCheckJob& job, const Reference& reference, const ChatTarget& referee, const ReferenceSize& size,
              const std::vector<ApiReference>& over_apis, ServerTraces traces, const InterruptFlag& interrupt,
              const TuneOutput& output) {
  const ChatTarget candidate = target_of(job.candidate);
  InterviewPlan plan;
  plan.prompts = selection(reference, job.tier);
  plan.plain = size.plain;
  plan.tier = job.tier;
  output.status("checking " + job.candidate.url);
  const Interview answers = interview(candidate, reference, plan, interrupt);
  std::vector<ApiGating> apis;
  if (answers.end == Interview::End::complete) {
    for (const ApiReference& api : over_apis) apis.push_back({api.api, &api.reference, {}, {}});
    apis = asked_over_apis(candidate, std::move(apis), plan, reference, answers, interrupt);
  }
  count_drafts(answers, traces);
  GateContext context{
      .engine = job.candidate.engine, .reference = reference, .parameters = {}, .config = {}, .traces = traces, .tier = job.tier};
  Hearing hearing;
  const auto judge = [&](const Hearing& heard) {
    context.excused = heard.excused;
    return judged(context, answers, heard.scores ? &*heard.scores : nullptr);
  };
  Verdict verdict = judge(hearing);
  output.status("asking the reference");
  hear(referee, reference, answers, false, judge, verdict, hearing, interrupt);
  hear_apis(referee, context, apis, interrupt);
  if (verdict.outcome != Outcome::broken && answers.end == Interview::End::complete) {
    output.status("drawing at a temperature");
    context.sampling = attached_draws(job, reference, referee, interrupt);
    verdict = judge(hearing);
  }
  if (!job.reference) {
    output.status("its own texts, one token at a time");
    const bool takes_ids = can_rescore(reference) && !job.candidate.engine.protocol.completion_path.empty();
    add_own_texts(takes_ids ? own_texts(candidate, reference, interrupt) : std::vector<ScoredText>{}, reference, verdict);
    if (verdict.outcome <= Outcome::tie) verdict.detail = "sound in itself, and the same asked plainly; " + verdict.detail;
  }
  verdict = with_apis(context, std::move(verdict), apis);
  if (verdict.outcome != Outcome::pass && !job.evidence_folder.empty())
    verdict.evidence_folder = kept_evidence(job, verdict, reference, answers, hearing, apis);
  return verdict;
}

void check_into(AttachedCheckJob& job, CheckReport& report, const InterruptFlag& interrupt, const TuneOutput& output) {
  output.status("looking at " + job.candidate.url);
  ServerTraces traces;
  const Observation seen = looked_at(job.candidate, job, traces, interrupt);
  Observation slower = seen;
  if (job.reference) {
    output.status("looking at " + job.reference->url);
    ServerTraces unused;
    const Observation plain = looked_at(*job.reference, job, unused, interrupt);
    if (plain.drafted > 0)
      throw Error{fmt::format("the server at {} drafts tokens: it is no reference", job.reference->url),
                  "start it without speculation, with a cache of full precision and one slot"};
    slower.decode_tokens_per_second = std::min(seen.decode_tokens_per_second, plain.decode_tokens_per_second);
    slower.context = std::min(seen.context, plain.context);
  }
  const ReferenceSize size = planned(slower, job.gate_prompts, 1, find_goal("agent"), 0, job.apis).reference;
  const ChatTarget referee = target_of(job.reference ? *job.reference : job.candidate);
  const Reference reference = asked_reference(referee, job, size, interrupt, output);
  report.reference = reference.summary;
  if (const auto reason = unsound_reason(reference)) {
    report.verdict = unsound_verdict(reference.summary, *reason);
    if (job.reference) report.verdict.detail = "the reference at " + job.reference->url + " is " + report.verdict.detail;
    return;
  }
  const std::vector<ApiReference> over_apis = api_references(job, referee, reference, interrupt, output);
  report.verdict = gated(job, reference, referee, size, over_apis, traces, interrupt, output);
}

}  // namespace

CheckReport run_attached_check(AttachedCheckJob& job, const InterruptFlag& interrupt, const TuneOutput& output) {
  const auto begin = std::chrono::steady_clock::now();
  CheckReport report;
  try {
    check_into(job, report, interrupt, output);
  } catch (const TrialError& error) {
    report.failure = error.failure();
    report.verdict = error_verdict(error.failure());
  }
  report.duration_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return report;
}

}  // namespace sweetspot
