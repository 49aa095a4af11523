#include "run/check_run.hpp"

#include "run/plan.hpp"
#include "run/prepare.hpp"

#include <chrono>

namespace sweetspot {
namespace {

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

void check_into(CheckJob& job, CheckReport& report, const InterruptFlag& interrupt, const TuneOutput& output) {
  Observation seen;
  {
    LiveRunner scout(job.setup, interrupt, output.status);
    seen = scout.observe(job.fixed);
  }
  adopt_effective(seen.effective, job.fixed, job.setup.probe, job.setup.parameters, job.space);
  LiveRunner runner(job.setup, interrupt, output.status);
  runner.set_reference_size(planned(seen, job.setup.gate_prompts, 1, job.setup.goal, 0).reference);
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
  }
}

}  // namespace

CheckReport run_check(CheckJob& job, const InterruptFlag& interrupt, const TuneOutput& output) {
  const auto begin = std::chrono::steady_clock::now();
  CheckReport report;
  report.config = merged(job.fixed, job.set);
  report.changed = difference(report.config, job.fixed);
  report.command = launch_command(job.setup.engine, job.setup.probe, report.config, job.setup.model, job.setup.inputs);
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
