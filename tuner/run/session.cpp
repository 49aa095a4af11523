#include "run/session.hpp"

#include "core/id.hpp"
#include "core/statistics.hpp"
#include "run/depths.hpp"
#include "run/later_look.hpp"
#include "run/live_setup.hpp"
#include "run/plausible.hpp"
#include "run/visit_effort.hpp"
#include "run/visit_summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace sweetspot {
namespace {

constexpr std::ptrdiff_t settled_together = 4;  ///< candidates for one load of the reference, while searching
constexpr double unknown_visit_s = 5;           ///< before any was made
constexpr double unknown_launch_s = 1;
constexpr double launch_and_gate_factor = 2.0;  ///< a searching visit also launches and is checked
constexpr double redo_share_most = 0.1;         ///< of the budget, for visits that were disturbed
constexpr double overrun_share = 0.05;          ///< of the budget, for a block of the confirm that is under way when it ends
constexpr std::string_view accident = "failed once before it worked: ";
constexpr int visits_per_accident = 12;  ///< of a configuration: what fails more often is no accident
constexpr int redone_most = 2;           ///< times for one visit

std::chrono::steady_clock::time_point in_seconds(double seconds) {
  if (!std::isfinite(seconds)) return std::chrono::steady_clock::time_point::max();
  return std::chrono::steady_clock::now() + std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

void measure_again(Trial& trial, const StudySettings& settings) {
  std::vector<const Visit*> visits;
  for (const Visit& visit : trial.visits) visits.push_back(&visit);
  trial.measurement = measured_in(visits, settings);
  trial.unmet = unmet(settings.requirements, *trial.measurement).value_or("");
}

/// What the trial's model reads for a token / what the study's own does; nothing where either is not known.
std::optional<double> bytes_ratio(const Trial& trial, const Study& study, const StudySettings& settings) {
  const auto named = trial.config.values.find(std::string(model_parameter));
  if (named == trial.config.values.end()) return 1;
  const auto other = settings.model_bytes_per_token.find(text(named->second));
  if (other == settings.model_bytes_per_token.end()) return 1;
  const std::int64_t own = study.target.model.bytes_per_token;
  if (own <= 0 || other->second <= 0) return std::nullopt;
  return static_cast<double>(other->second) / static_cast<double>(own);
}

/// A speed that physics forbids is an error, not a win (measurement.md). The default's says that something was measured wrongly,
/// not what: it is only warned of.
void refuse_impossible(Trial& trial, Study& study, const StudySettings& settings) {
  const Trial* baseline = find_trial(study, study.baseline);
  const auto bytes = bytes_ratio(trial, study, settings);
  if (!bytes) return;
  const auto reason = impossible_speed(trial, ceiling_tokens_per_second(study.target), baseline, *bytes);
  if (&trial == baseline) {
    std::erase_if(study.warnings, [](const Warning& warning) { return warning.code == "impossible_speed"; });
    if (reason)
      study.warnings.push_back({"impossible_speed", "the default: " + *reason,
                                "the bandwidth was measured while other programs ran, or the engine's counts are wrong"});
    return;
  }
  const bool worse_already = trial.verdict && trial.verdict->outcome > Outcome::lossy;
  if (!reason || worse_already) return;
  if (!trial.verdict) trial.verdict.emplace();
  trial.verdict->outcome = Outcome::error;
  trial.verdict->check = "G13";
  trial.verdict->detail = *reason;
}

/// A launch that fails for the depths is what is known of them, and takes nothing from what was measured before.
void keep_as_rows(const VisitOrder& order, VisitOutcome& outcome) {
  if (order.phase != Phase::depth || !outcome.failure) return;
  const std::string failure = failure_text(*outcome.failure);
  outcome.failure.reset();
  outcome.visit.emplace();
  outcome.visit->phase = order.phase;
  Measurement& measurement = outcome.visit->measurement;
  if (!order.depths.empty()) {
    measurement.depths.emplace_back();
    measurement.depths.back().depth = *std::min_element(order.depths.begin(), order.depths.end());
    measurement.depths.back().failure = failure;
  }
  if (order.session_tokens > 0) {
    measurement.turns.emplace_back();
    measurement.turns.back().turn = 1;
    measurement.turns.back().failure = failure;
  }
}

}  // namespace

Trial& StudySession::trial(const Config& config) {
  const auto found =
      std::find_if(study.trials.begin(), study.trials.end(), [&](const Trial& trial) { return trial.config == config; });
  if (found != study.trials.end()) return *found;
  Trial trial;
  trial.id = new_id();
  trial.config = config;
  trial.changed = difference(config, study.baseline);
  study.trials.push_back(trial);
  return study.trials.back();
}

void StudySession::visit(Trial& trial, std::optional<Phase> phase, std::optional<Tier> gate, int block) {
  VisitOrder order;
  order.phase = phase.value_or(Phase::search);
  order.block = block;
  order.gate = gate;
  run(trial, std::move(order), phase ? Timed::yes : Timed::no);
}

bool StudySession::confirm_visit(Trial& trial, int block, double end_s) {
  VisitOrder order;
  order.phase = Phase::confirm;
  order.block = block;
  order.timed_deadline = in_seconds(end_s + overrun_share * settings.budget_s - clock());
  return run(trial, std::move(order), Timed::yes);
}

void StudySession::depth_visit(Trial& trial) {
  VisitOrder order;
  order.phase = Phase::depth;
  order.depths = settings.depths;
  order.session_tokens = settings.session_tokens;
  run(trial, std::move(order), Timed::no);
}

void StudySession::search_visit(Trial& trial) {
  VisitOrder order;
  order.gate = Tier::quick;
  order.may_wait = true;
  run(trial, std::move(order), Timed::yes);
}

void StudySession::settle(When when) {
  const auto waiting = std::count_if(study.trials.begin(), study.trials.end(),
                                     [](const Trial& trial) { return trial.verdict && waits(*trial.verdict); });
  if (waiting == 0 || (when == When::many && waiting < settled_together)) return;
  for (SettledVerdict& settled : runner.settle()) {
    Trial& settled_trial = trial(settled.config);
    settled_trial.verdict = std::move(settled.verdict);
    observer.trial_changed(study, settled_trial);
  }
}

bool StudySession::run(Trial& trial, VisitOrder order, Timed timed) {
  if (trial.failure && trial.failure->kind == FailureKind::interrupted) trial.failure.reset();
  order.config = trial.config;
  order.round = order.phase == Phase::confirm ? 1 + order.block : 0;
  if (timed == Timed::yes) {
    const bool deep_goal = settings.goal.work == Goal::Work::depth && !settings.depths.empty();
    if (deep_goal) order.depths = {*std::max_element(settings.depths.begin(), settings.depths.end())};
    if (order.block >= 0 && !repeat_effort) repeat_effort = effort_from_search();
    order.timed = order.block >= 0 ? *repeat_effort : settings.search_effort;  // the launch is what is repeated
  }
  order.deadline = in_seconds(std::max(settings.budget_s - clock(), 1.0));

  if (settings.pace == Pace::burst && order.timed) runner.cool_down();
  const double at_s = clock();
  VisitOutcome outcome = runner.visit(order);
  if (outcome.failure && timed == Timed::yes) try_again(trial, order, outcome);
  const double took_s = clock() - at_s;
  if (outcome.visit && !order.gate && order.phase != Phase::depth) launches_s.push_back(took_s - outcome.visit->duration_s);
  if (outcome.disturbed) redo_disturbed(order, outcome, took_s);
  keep_as_rows(order, outcome);
  if (outcome.gate_speed_ratio) trial.gate_speed_ratio = outcome.gate_speed_ratio;
  if (outcome.verdict) trial.verdict = with_later_look(std::move(trial.verdict), std::move(*outcome.verdict), order.gate);
  if (outcome.failure) trial.failure = outcome.failure;
  if (outcome.visit) {
    outcome.visit->at_s = at_s;
    trial.visits.push_back(std::move(*outcome.visit));
    measure_again(trial, settings);
    refuse_impossible(trial, study, settings);
  }
  observer.trial_changed(study, trial);
  if (outcome.visit) observer.visit_added(study, trial, trial.visits.back());
  return !outcome.cut;
}

/// What has worked before may fail by accident: one more launch tells.
void StudySession::try_again(const Trial& trial, const VisitOrder& order, VisitOutcome& outcome) {
  const auto worked = std::count_if(trial.visits.begin(), trial.visits.end(),
                                    [](const Visit& visit) { return visit.measurement.score_s.has_value(); });
  const auto accidents = std::count_if(trial.visits.begin(), trial.visits.end(), [](const Visit& visit) {
    const auto& findings = visit.measurement.findings;
    return std::any_of(findings.begin(), findings.end(), [](const auto& finding) { return finding.starts_with(accident); });
  });
  if (accidents * visits_per_accident >= worked || clock() >= settings.budget_s) return;
  const std::string reason = fmt::format("{}: {}", to_string(outcome.failure->kind), outcome.failure->detail);
  observer.note(fmt::format("{} failed ({}) and is tried once more", display(order.config), reason));
  outcome = runner.visit(order);
  if (outcome.visit) outcome.visit->measurement.findings.push_back(std::string(accident) + reason);
}

/// Timed once more, while there is time for that; what stays disturbed says so.
void StudySession::redo_disturbed(VisitOrder order, VisitOutcome& outcome, double visit_s) {
  order.gate.reset();
  for (int i = 0; i < redone_most && outcome.visit && outcome.disturbed && !outcome.failure; ++i) {
    const bool affordable = redone_s + visit_s < redo_share_most * settings.budget_s;
    if (!affordable || clock() + visit_s > settings.budget_s) break;
    observer.note(fmt::format("{}: {} is timed again", *outcome.disturbed, display(order.config)));
    const double begin = clock();
    VisitOutcome again = runner.visit(order);
    redone_s += clock() - begin;
    if (again.verdict) outcome.verdict = std::move(again.verdict);
    if (again.cut || again.failure) break;  // the first one stays, and stays disturbed
    if (again.visit) outcome.visit = std::move(again.visit);
    outcome.disturbed = again.disturbed;
  }
  if (outcome.visit && outcome.disturbed) outcome.visit->measurement.findings.push_back("disturbed: " + *outcome.disturbed);
}

TimedEffort StudySession::effort_from_search() const {
  const Trial* baseline = find_trial(study, study.baseline);
  if (baseline == nullptr) return settings.confirm_effort;
  return effort_for_repeats(settings.confirm_effort, *baseline, launches_s.empty() ? unknown_launch_s : median(launches_s));
}

double StudySession::visit_seconds(Phase phase) const {
  std::vector<double> searched;
  std::vector<double> repeated;
  for (const Trial& trial : study.trials) {
    for (const Visit& visit : trial.visits) {
      if (visit.phase != Phase::depth) (visit.block >= 0 ? repeated : searched).push_back(visit.duration_s);
    }
  }
  if (searched.empty()) return unknown_visit_s;
  const double timed = median(searched);
  if (phase == Phase::search) return timed * launch_and_gate_factor;
  const double launch_s = launches_s.empty() ? unknown_launch_s : median(launches_s);
  if (phase != Phase::confirm) return timed + launch_s;
  const double share = static_cast<double>(repeat_effort.value_or(settings.confirm_effort).requests_per_class) /
                       std::max(1, settings.search_effort.requests_per_class);
  return (repeated.empty() ? timed * std::min(1.0, share) : median(repeated)) + launch_s;
}

}  // namespace sweetspot
