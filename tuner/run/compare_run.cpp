#include "run/compare_run.hpp"

#include "run/check_run.hpp"
#include "run/depth_phase.hpp"
#include "run/plan.hpp"
#include "run/ranking.hpp"
#include "run/session.hpp"

#include <chrono>
#include <cmath>
#include <limits>

namespace sweetspot {
namespace {

/// Nothing is stored: the user sees the blocks as they come.
class Teller final : public StudyObserver {
public:
  explicit Teller(const TuneOutput& output) : output_(output) {}
  void trial_changed(const Study&, const Trial&) override {}
  void visit_added(const Study&, const Trial&, const Visit&) override {}
  void note(const std::string& text) override { output_.line(text); }

private:
  const TuneOutput& output_;
};

void take_over(const Trial& trial, CompareArm& arm) {
  arm.verdict = trial.verdict;
  arm.failure = trial.failure;
  arm.measurement = trial.measurement;
}

CompareArm arm_of(const LiveSetup& setup, const Config& config) {
  CompareArm arm;
  arm.config = config;
  const EngineProbe& build = probe_of(setup, config);
  arm.engine = {setup.engine.name, build.version, build.binary.string()};
  arm.command = command_for(setup, config);
  return arm;
}

/// The arms in turn, then the blocks.
void compare(const CompareJob& job, CompareReport& report, StudySession& session) {
  (void)session.trial(job.b);
  for (const Config* config : {&job.a, &job.b}) {
    session.observer.note("check of " + display(*config));
    session.visit(session.trial(*config), std::nullopt, job.tier);
  }
  take_over(session.trial(job.a), report.a);
  take_over(session.trial(job.b), report.b);
  if (!usable(report.a) || !usable(report.b)) return;
  // One block in any case while there is time: only it shows how long they take.
  if (session.clock() < job.budget_s) confirm(session, job.b, Until::once, std::numeric_limits<double>::infinity());
  confirm(session, job.b, job.until, job.budget_s);
  take_over(session.trial(job.a), report.a);
  take_over(session.trial(job.b), report.b);
  // What was right while it was checked may be found broken while it is timed.
  if (usable(report.a) && usable(report.b)) report.decision = claimed(decision_on(session, job.b));
}

void compare_into(CompareJob& job, CompareReport& report, const StudyClock& clock, const InterruptFlag& interrupt,
                  const TuneOutput& output) {
  Observation seen;
  {
    LiveRunner scout(job.setup, interrupt, output.status);
    seen = scout.observe(job.a);
  }
  job.setup.engine.protocol = seen.protocol;
  if (const auto note = scorer_note(job.setup)) output.line(*note);
  LiveRunner runner(job.setup, interrupt, output.status);
  StudySettings settings;
  settings.goal = job.setup.goal;
  settings.depths = job.depths;
  const StudyPlan plan = planned(seen, job.setup.gate_prompts, 2, job.setup.goal, job.budget_s, job.setup.apis,
                                 seconds_for_goal(seen, settings, job.setup.concurrency));
  output.line(sides_estimate_text(plan, 2, job.tier));
  runner.set_reference_size(plan.reference);
  const Reference& reference = runner.reference_for(job.a, job.tier);
  report.reference = reference.summary;
  if (const auto reason = unsound_reason(reference)) {
    report.a.verdict = report.b.verdict = unsound_verdict(reference.summary, *reason);
    return;
  }
  settings.budget_s = job.budget_s;
  settings.min_gain_ratio = 1;
  settings.pace = job.pace;
  settings.not_scored = {reference.summary.not_verified.begin(), reference.summary.not_verified.end()};
  settings.search_effort = plan.search;
  settings.confirm_effort = plan.confirm;
  Study study;
  study.baseline = job.a;
  Teller teller(output);
  StudySession session{study, settings, runner, teller, clock};
  (void)session.trial(job.a);
  compare(job, report, session);
  report.reference = runner.reference_summary();
}

}  // namespace

bool usable(const CompareArm& arm) { return !arm.failure && arm.verdict && arm.verdict->outcome < Outcome::broken; }

ConfirmDecision claimed(ConfirmDecision decision) {
  decision.different = decision.different && decision.n >= confirm_blocks_least;
  return decision;
}

CompareReport run_compare(CompareJob& job, const InterruptFlag& interrupt, const TuneOutput& output) {
  const auto begin = std::chrono::steady_clock::now();
  const StudyClock clock = [begin] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(); };
  CompareReport report;
  report.a = arm_of(job.setup, job.a);
  report.b = arm_of(job.setup, job.b);
  try {
    compare_into(job, report, clock, interrupt, output);
  } catch (const TrialError& error) {  // not even the reference could be asked
    report.a.failure = error.failure();
  }
  report.duration_s = clock();
  return report;
}

}  // namespace sweetspot
