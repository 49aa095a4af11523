#include "run/tune.hpp"

#include "core/candidates.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "gate/gate.hpp"
#include "run/bandwidth.hpp"
#include "run/conclude.hpp"
#include "run/depth_phase.hpp"
#include "run/later_look.hpp"
#include "run/plan.hpp"
#include "run/prepare.hpp"
#include "run/ranking.hpp"
#include "run/self_test.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace sweetspot {
namespace {

constexpr double reference_share_most = 0.4;  ///< of the budget; what a reference that is not cached may take

/// Stores every change and tells the user.
class Recorder final : public StudyObserver {
public:
  Recorder(Store& store, const TuneOutput& output, const StudyClock& clock, std::size_t configurations)
      : store_(store), output_(output), clock_(clock), configurations_(configurations) {}

  void trial_changed(const Study& study, const Trial& trial) override {
    store_.save_trial(study.id, trial);
    // Repeats of the race and the confirm are told by their notes.
    const bool repeat = !trial.failure && !trial.visits.empty() && trial.visits.back().phase != Phase::search;
    repeat ? output_.status(line_of(study, trial)) : output_.line(line_of(study, trial));
  }
  void visit_added(const Study& study, const Trial& trial, const Visit& visit) override {
    store_.add_visit(study.id, trial.id, visit);
  }
  void note(const std::string& text) override { output_.line(fmt::format("{:>5.0f} s  {}", clock_(), text)); }

private:
  std::string line_of(const Study& study, const Trial& trial) const {
    const auto number =
        std::find_if(study.trials.begin(), study.trials.end(), [&](const Trial& other) { return &other == &trial; }) -
        study.trials.begin() + 1;
    std::string text = fmt::format("{:>5.0f} s  [{}/{}] {}", clock_(), number,
                                   std::max<std::size_t>(configurations_, study.trials.size()), display(trial.changed));
    if (trial.failure)
      return text +
             fmt::format("  {}: {}", to_string(trial.failure->kind), shortened(escape_control(trial.failure->detail), 160));
    const Trial* baseline = find_trial(study, study.baseline);
    const auto own = search_score(trial);
    if (baseline != nullptr && own && search_score(*baseline)) text += fmt::format("  {:.2f}x", *search_score(*baseline) / *own);
    if (trial.measurement && trial.measurement->decode_tokens_per_second)
      text += fmt::format("  {:.1f} tokens/s", *trial.measurement->decode_tokens_per_second);
    if (trial.measurement && trial.measurement->draft_acceptance)
      text += fmt::format("  {:.0f} % of drafts accepted", *trial.measurement->draft_acceptance * 100);
    if (trial.verdict && !waits(*trial.verdict)) text += fmt::format("  {}", to_string(trial.verdict->outcome));
    if (trial.verdict && trial.verdict->outcome > Outcome::tie)
      text += "  " + shortened(escape_control(trial.verdict->detail), 120);
    return text;
  }

  Store& store_;
  const TuneOutput& output_;
  const StudyClock& clock_;
  std::size_t configurations_;
};

CommandOf command_maker(const LiveSetup& setup) {
  return [&setup](const Config& config) { return command_for(setup, config); };
}

void warn(Study& study, const Warning& warning) {
  if (std::find(study.warnings.begin(), study.warnings.end(), warning) == study.warnings.end()) study.warnings.push_back(warning);
}

void warn_about_reference(Study& study) {
  for (const Finding& finding : study.reference.findings) {
    const std::string hint = finding.code == "no_chat_template"
                                 ? "use an instruction-tuned model, or give a template with -- --chat-template NAME"
                                 : "";
    warn(study, {finding.code, finding.text, hint});
  }
  for (const std::string& name : study.reference.not_verified)
    warn(study,
         {"not_verified", "prompt class " + name + " could not be verified: the model itself does not answer it soundly", ""});
}

/// The baseline's trial when nothing was measured: the report always has one.
void add_unsound_trial(Study& study, const std::string& reason) {
  if (!study.trials.empty()) return;
  Trial trial;
  trial.id = "baseline";
  trial.config = study.baseline;
  trial.verdict = Verdict{};
  trial.verdict->outcome = Outcome::broken;
  trial.verdict->check = "G1";
  trial.verdict->detail = reason;
  study.trials.push_back(trial);
}

/// Of a descriptor that nobody has run with this version. What fails is no failure of the engine: it is told before the rest.
void tell_self_test(TuneJob& job, const Observation& seen, const TuneOutput& output) {
  const std::string text = self_test_text(job.setup.engine, job.setup.probe.version, seen);
  output.line(text);
  warn(job.study, {"unproven_engine", text, "say so when you report a result; engines NAME tells how far each is proven"});
  if (const auto failure = self_test_failure(seen)) {
    const std::string detail = "the self-test of the descriptor failed: " + *failure;
    throw TrialError{Failure{FailureKind::bad_response, detail, ""}};
  }
}

/// Looks at the baseline and takes over what the engine chose by itself.
Observation look(TuneJob& job, const InterruptFlag& interrupt, const TuneOutput& output) {
  LiveRunner scout(job.setup, interrupt, output.status);
  const Observation seen = scout.observe(job.space.baseline);
  if (needs_self_test(job.setup.engine, job.setup.probe.version)) tell_self_test(job, seen, output);
  job.setup.engine.protocol = seen.protocol;
  if (const auto note = scorer_note(job.setup)) {
    output.line(*note);
    warn(job.study, {"scorer", *note, ""});
  }
  adopt_effective(seen.effective, job.fixed, job.setup.probe, job.setup.parameters, job.space);
  return seen;
}

/// The study itself, and the depths when there is something to compare at them.
void run_to_conclusion(TuneJob& job, const Observation& seen, LiveRunner& runner, StudyObserver& observer,
                       const StudyClock& clock) {
  Study& study = job.study;
  const CommandOf command_of = command_maker(job.setup);
  const double one_s = depth_seconds(seen, job.settings);
  StudySettings before_depths = job.settings;
  before_depths.budget_s -= depth_reserve_seconds(one_s, job.settings.budget_s);
  run_study(study, job.space, find_strategy(job.strategy), before_depths, runner, observer, clock);
  study.reference = runner.reference_summary();  // the finalists' is longer
  warn_about_reference(study);
  conclude(study, job.settings, command_of);
  if (job.settings.depths.empty() && job.settings.session_tokens <= 0) return;
  StudySession deep{study, job.settings, runner, observer, clock};
  measure_depths(deep, one_s);
  conclude(study, job.settings, command_of);
}

}  // namespace

void run_tune(TuneJob& job, Store& store, const InterruptFlag& interrupt, const TuneOutput& output) {
  Study& study = job.study;
  const double before = study.duration_s;
  const auto begin = std::chrono::steady_clock::now();
  const StudyClock clock = [&] {
    return before + std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  const CommandOf command_of = command_maker(job.setup);
  const auto save = [&](const std::string& status) {
    study.status = status;
    study.duration_s = clock();
    store.save_study(study);
  };
  study.baseline = job.space.baseline;
  study.baseline_command = command_of(study.baseline);
  save("running");
  try {
    measure_bandwidth(study.target);
    const Observation seen = look(job, interrupt, output);
    study.baseline = job.space.baseline;
    const std::size_t configurations = candidates(job.space, job.settings.seed).size;
    const StudyPlan plan = planned(seen, job.setup.gate_prompts, configurations, job.settings.goal, job.settings.budget_s,
                                   job.setup.apis, seconds_for_goal(seen, job.settings, job.setup.concurrency));
    output.line(estimate_text(plan, job.settings.budget_s));
    job.settings.search_effort = plan.search;
    job.settings.confirm_effort = plan.confirm;
    job.settings.finalist_s = plan.finalist_s;
    LiveRunner runner(job.setup, interrupt, output.status);
    runner.set_reference_size(plan.reference);
    const double left = reference_share_most * job.settings.budget_s - clock();
    runner.set_reference_deadline(std::chrono::steady_clock::now() +
                                  std::chrono::milliseconds(static_cast<std::int64_t>(std::max(left, 0.0) * 1000)));
    const Reference& reference = runner.reference_for(study.baseline, Tier::quick);
    study.reference = reference.summary;
    warn_about_reference(study);
    job.settings.not_scored = {reference.summary.not_verified.begin(), reference.summary.not_verified.end()};
    save("running");
    output.line(fmt::format("{:>5.0f} s  reference: {} of {} prompts usable, {:.0f} tokens/s plain", clock(),
                            reference.summary.prompts - static_cast<int>(reference.summary.dropped.size()),
                            reference.summary.prompts, reference.decode_tokens_per_second));
    if (const auto reason = unsound_reason(reference)) {
      add_unsound_trial(study, *reason);
      conclude_unsound(study, *reason, command_of);
    } else {
      Recorder recorder(store, output, clock, configurations);
      run_to_conclusion(job, seen, runner, recorder, clock);
    }
  } catch (const Interrupted&) {
    save("interrupted");
    throw;
  } catch (const TrialError& error) {
    // Not even the plain default could be asked: that is the result.
    add_unsound_trial(study, error.failure().detail);
    study.trials.front().verdict.reset();
    study.trials.front().failure = error.failure();
    study.reference.prompts = std::max(study.reference.prompts, static_cast<int>(job.setup.gate_prompts.size()));
    conclude_unsound(study, std::string(to_string(error.failure().kind)) + ": " + error.failure().detail, command_of);
  } catch (const Error&) {
    study.status = "failed";
    throw;
  }
  save("done");
}

}  // namespace sweetspot
