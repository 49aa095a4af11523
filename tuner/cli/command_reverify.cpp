#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/job.hpp"
#include "cli/output.hpp"
#include "cli/stored_request.hpp"
#include "core/error.hpp"
#include "core/id.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "reports/format.hpp"
#include "run/check_run.hpp"
#include "run/compare_run.hpp"
#include "run/ranking.hpp"
#include "run/study_key.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cmath>
#include <optional>

namespace sweetspot {
namespace {

using Json = nlohmann::ordered_json;

constexpr double deviations_below = 2;  ///< of one block: a lower ratio is another one, not noise

/// Whether one block is as good as what was saved, within this machine's noise.
bool as_fast(const Study& study, const std::optional<double>& ratio) {
  if (!study.recommendation.gain) return true;
  if (!ratio) return false;
  const double noise = visit_noise(study).value_or(VisitNoise{}).deviation;
  return std::log(*ratio) >= std::log(study.recommendation.gain->ratio_low) - deviations_below * noise;
}

/// The default was kept: is it still right?
void verify_default(TuneJob now, Reverification& again, std::string& detail, const InterruptFlag& interrupt,
                    const TuneOutput& output) {
  CheckJob job;
  job.setup = std::move(now.setup);
  job.space = std::move(now.space);
  job.fixed = std::move(now.fixed);
  job.tier = Tier::quick;
  const CheckReport report = run_check(job, interrupt, output);
  again.outcome = to_string(report.verdict.outcome);
  again.holds = report.verdict.outcome <= Outcome::tie;
  detail = report.verdict.detail;
}

void verify_winner(const Study& study, TuneJob now, double budget_s, Reverification& again, std::string& detail,
                   const InterruptFlag& interrupt, const TuneOutput& output) {
  CompareJob job;
  job.setup = std::move(now.setup);
  job.a = study.baseline;
  job.b = study.recommendation.config;
  job.tier = Tier::quick;
  job.until = Until::once;
  job.budget_s = budget_s;
  const CompareReport report = run_compare(job, interrupt, output);
  const auto wrong = [](const CompareArm& arm) {
    return arm.failure || (arm.verdict && arm.verdict->outcome == Outcome::broken);
  };
  const CompareArm& told = wrong(report.a) ? report.a : report.b;  // without the default there is nothing to hold it against
  again.outcome = report.b.verdict ? std::string(to_string(report.b.verdict->outcome)) : "error";
  if (report.decision.n > 0) again.ratio = std::exp(report.decision.mean);
  const bool right = report.b.verdict &&
                     (report.b.verdict->outcome <= Outcome::tie ||
                      (report.b.verdict->outcome == Outcome::lossy && study.recommendation.verdict->outcome == Outcome::lossy));
  again.holds = !report.b.failure && right && as_fast(study, again.ratio);
  detail = &told == &report.a ? "the default itself: " : "";
  detail += told.failure ? told.failure->detail : told.verdict ? told.verdict->detail : "not checked";
}

Json report_json(const Study& study, const std::string& detail) {
  Json gain = nullptr;
  if (study.recommendation.gain) gain = *study.recommendation.gain;
  return {{"schema_version", 1},
          {"study", study.id},
          {"changed", study.recommendation.changed},
          {"saved_gain", gain},
          {"detail", detail},
          {"now", study.reverifications.back()},
          {"history", study.reverifications}};
}

std::string report_text(const Study& study, const std::string& detail) {
  const Reverification& now = study.reverifications.back();
  std::string text = fmt::format("study {}: {}\n", study.id.substr(0, 8), display(study.recommendation.changed));
  for (const std::string& reason : now.stale) text += fmt::format("  stale: {}\n", escape_control(reason));
  text += fmt::format("  output: {}, {}\n", now.outcome, escape_control(detail));
  if (study.recommendation.gain) {
    const Gain& gain = *study.recommendation.gain;
    text += fmt::format("  {} now, {} ({:.2f} - {:.2f}) when it was saved\n", ratio_text(now.ratio), ratio_text(gain.ratio),
                        gain.ratio_low, gain.ratio_high);
  }
  return text + (now.holds ? "  it holds\n" : "  it no longer holds: measure again with sweetspot tune\n");
}

}  // namespace

int command_reverify(const Options& options, Context& context) {
  Store store(context.paths.store);
  const std::string id = store.resolve(options.study);
  Study study = store.load_study(id);
  if (study.status != "done" || study.recommendation.kind == RecommendationKind::unsound)
    throw Error{fmt::format("study {} has no recommendation to verify ({})", id.substr(0, 8), study.status),
                "see: sweetspot show " + id.substr(0, 8)};
  const Options stored = stored_options(store, id, options, context);
  TuneJob now = tune_job(stored, context);
  Reverification again;
  again.at = utc_now_iso8601(std::chrono::system_clock::now());
  again.engine_version = now.study.target.engine.version;
  again.stale = stale_reasons(study.target, now.study.target);
  const TuneOutput output = progress_output(context);
  for (const std::string& reason : again.stale) output.line("stale: " + reason);
  std::string detail;
  if (study.recommendation.kind == RecommendationKind::keep_default) {
    output.line("the default was kept: one launch to check that it is still right");
    verify_default(std::move(now), again, detail, context.interrupt, output);
  } else {
    output.line("a quick check and a timing of both sides: four launches each at most");
    const double budget_s = std::chrono::duration<double>(stored.budget).count();
    verify_winner(study, std::move(now), budget_s, again, detail, context.interrupt, output);
  }
  clear_status(context);
  study.reverifications.push_back(again);
  store.save_study(study);
  write_result(options, context, options.json ? json_text(report_json(study, detail), 2) + "\n" : report_text(study, detail));
  return again.holds ? exit_ok : exit_failed;
}

}  // namespace sweetspot
