#include "run/check_run.hpp"

#include "run/plan.hpp"
#include "run/prepare.hpp"

#include <bit>
#include <chrono>
#include <utility>
#include <vector>

namespace sweetspot {
namespace {

constexpr std::size_t culprit_flags_most = 6;
constexpr int culprit_visits_most = 12;

/// Parts of `changed` with so many values, in its order.
std::vector<Config> parts(const Config& changed, std::size_t size) {
  std::vector<Config> found;
  const std::vector<std::pair<std::string, Value>> values(changed.values.begin(), changed.values.end());
  for (std::size_t set = 0; set < (std::size_t{1} << values.size()); ++set) {
    if (static_cast<std::size_t>(std::popcount(set)) != size) continue;
    Config part;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if ((set >> i & 1U) != 0) part.values.insert(values[i]);
    }
    found.push_back(std::move(part));
  }
  return found;
}

/// The values of `changed` that change what is asked.
Config semantic_part(const EngineDescriptor& engine, const Config& changed) {
  Config part;
  for (const auto& [name, value] : changed.values) {
    const EngineParameter* row = find_parameter(engine, name);
    if (row != nullptr && row->parameter.effect == Effect::semantic) part.values[name] = value;
  }
  return part;
}

/// Each flag alone first, then more of them. What changes the question belongs to every part: the reference has it, too.
Config culprit_of(const CheckJob& job, const CheckReport& report, LiveRunner& runner) {
  const Config semantic = semantic_part(runner.setup().engine, report.changed);
  const Config suspects = difference(report.changed, semantic);
  const Config asked = merged(job.fixed, semantic);
  const std::size_t most = suspects.values.size();
  if (most > culprit_flags_most) return {};
  int visits = 0;
  for (std::size_t size = 1; size < most; ++size) {
    for (const Config& part : parts(suspects, size)) {
      VisitOrder order;
      order.config = merged(asked, part);
      order.gate = job.tier;
      if (refusal_for(runner.setup(), order.config)) continue;
      if (++visits > culprit_visits_most) return {};
      const VisitOutcome outcome = runner.visit(order);
      if (outcome.verdict && outcome.verdict->outcome == Outcome::broken) return part;
    }
  }
  return {};
}

void check_into(CheckJob& job, CheckReport& report, const InterruptFlag& interrupt, const TuneOutput& output) {
  Observation seen;
  {
    LiveRunner scout(job.setup, interrupt, output.status);
    seen = scout.observe(job.fixed);
  }
  job.setup.engine.protocol = seen.protocol;
  if (const auto note = scorer_note(job.setup)) output.line(*note);
  adopt_effective(seen.effective, job.fixed, job.setup.probe, job.setup.parameters, job.space);
  LiveRunner runner(job.setup, interrupt, output.status);
  const StudyPlan plan = planned(seen, job.setup.gate_prompts, 1, job.setup.goal, 0, job.setup.apis);
  output.line(sides_estimate_text(plan, 1, job.tier));
  runner.set_reference_size(plan.reference);
  const Reference& reference = runner.reference_for(report.config, job.tier);
  report.reference = reference.summary;
  if (const auto reason = unsound_reason(reference)) {
    report.verdict = unsound_verdict(reference.summary, *reason);
    return;
  }
  VisitOrder order;
  order.config = report.config;
  order.gate = job.tier;
  VisitOutcome outcome = runner.visit(order);
  if (outcome.failure) {
    report.failure = outcome.failure;
    report.verdict = error_verdict(*outcome.failure);
  } else {
    report.verdict = std::move(*outcome.verdict);
    if (job.find_culprit && report.verdict.outcome == Outcome::broken) report.culprit = culprit_of(job, report, runner);
  }
}

}  // namespace

Verdict error_verdict(const Failure& failure) {
  Verdict verdict;
  verdict.outcome = Outcome::error;
  verdict.check = "G0";
  verdict.detail = std::string(to_string(failure.kind)) + ": " + failure.detail;
  verdict.checks.push_back({"G0", Outcome::error, verdict.detail});
  return verdict;
}

Verdict unsound_verdict(const ReferenceSummary& reference, const std::string& reason) {
  Verdict verdict;
  verdict.outcome = Outcome::broken;
  verdict.check = "G1";
  verdict.detail = "unsound as it comes: " + reason;
  verdict.not_verified = reference.not_verified;
  verdict.checks.push_back({"G1", Outcome::broken, reason});
  for (const Finding& finding : reference.findings) {
    if (finding.fatal && finding.evidence) verdict.evidence = finding.evidence;
    if (verdict.evidence) break;
  }
  return verdict;
}

CheckReport run_check(CheckJob& job, const InterruptFlag& interrupt, const TuneOutput& output) {
  const auto begin = std::chrono::steady_clock::now();
  CheckReport report;
  report.config = merged(job.fixed, job.set);
  report.changed = difference(report.config, job.fixed);
  report.command = command_for(job.setup, report.config);
  try {
    check_into(job, report, interrupt, output);
  } catch (const TrialError& error) {  // the plain default already fails
    report.failure = error.failure();
    report.verdict = error_verdict(error.failure());
  }
  report.duration_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return report;
}

}  // namespace sweetspot
