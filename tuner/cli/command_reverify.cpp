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
#include "run/live_setup.hpp"
#include "run/reverified.hpp"
#include "run/study_key.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <optional>

namespace sweetspot {
namespace {

using Json = nlohmann::ordered_json;

/// Why this build does not take what was recommended, or what it is held against.
std::optional<std::string> refused_now(const Study& study, const LiveSetup& setup) {
  if (auto reason = refusal_for(setup, study.recommendation.config)) return reason;
  return refusal_for(setup, study.baseline);
}

/// The default was kept: is it still right?
void verify_default(TuneJob now, Reverification& again, const InterruptFlag& interrupt, const TuneOutput& output) {
  CheckJob job;
  job.setup = std::move(now.setup);
  job.space = std::move(now.space);
  job.fixed = std::move(now.fixed);
  job.tier = Tier::quick;
  judge_default(run_check(job, interrupt, output).verdict, again);
}

void verify_winner(const Study& study, TuneJob now, Reverification& again, const InterruptFlag& interrupt,
                   const TuneOutput& output) {
  CompareJob job;
  job.setup = std::move(now.setup);
  job.a = study.baseline;
  job.b = study.recommendation.config;
  job.tier = Tier::quick;
  job.until = Until::once;
  job.pace = now.settings.pace;
  job.depths = now.settings.depths;
  job.budget_s = now.settings.budget_s;
  judge_winner(study, now.settings, run_compare(job, interrupt, output), again);
}

Json report_json(const Study& study) {
  Json gain = nullptr;
  if (study.recommendation.gain) gain = *study.recommendation.gain;
  return {{"schema_version", 1},
          {"study", study.id},
          {"changed", study.recommendation.changed},
          {"saved_gain", gain},
          {"detail", study.reverifications.back().detail},
          {"now", study.reverifications.back()},
          {"history", study.reverifications}};
}

std::string report_text(const Study& study) {
  const Reverification& now = study.reverifications.back();
  std::string text = fmt::format("study {}: {}\n", study.id.substr(0, 8), display(study.recommendation.changed));
  for (const std::string& reason : now.stale) text += fmt::format("  stale: {}\n", escape_control(reason));
  text += fmt::format("  output: {}, {}\n", now.outcome, escape_control(now.detail));
  if (study.recommendation.gain) {
    const Gain& gain = *study.recommendation.gain;
    text += fmt::format("  {} now, {} ({:.2f} - {:.2f}) when it was saved\n", ratio_text(now.ratio), ratio_text(gain.ratio),
                        gain.ratio_low, gain.ratio_high);
  }
  return text + fmt::format("  {}\n", answer_text(now));
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
  TuneJob now = reverify_job(stored, context);
  Reverification again;
  again.at = utc_now_iso8601(std::chrono::system_clock::now());
  again.engine_version = now.study.target.engine.version;
  again.stale = stale_reasons(study, now.study);
  const TuneOutput output = progress_output(context);
  for (const std::string& reason : again.stale) output.line("stale: " + reason);
  if (const auto reason = refused_now(study, now.setup)) {
    judge_refused(*reason, again);
  } else if (study.recommendation.kind == RecommendationKind::keep_default) {
    output.line("the default was kept: one launch to check that it is still right");
    verify_default(std::move(now), again, context.interrupt, output);
  } else {
    output.line("a quick check and a timing of both sides: four launches each at most");
    verify_winner(study, std::move(now), again, context.interrupt, output);
  }
  clear_status(context);
  study.reverifications.push_back(again);
  store.save_study(study);
  write_result(options, context, options.json ? json_text(report_json(study), 2) + "\n" : report_text(study));
  return again.holds ? exit_ok : exit_failed;
}

}  // namespace sweetspot
