#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/found_here.hpp"
#include "cli/job.hpp"
#include "cli/output.hpp"
#include "cli/stored_request.hpp"
#include "cli/tune_pairs.hpp"
#include "core/candidates.hpp"
#include "core/error.hpp"
#include "run/plan.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>

namespace sweetspot {
namespace {

constexpr std::size_t dry_run_shown = 12;

std::string dry_run(const TuneJob& job, const Options& options) {
  const Candidates all = candidates(job.space, job.settings.seed);
  const std::vector<Config> configurations = valid_configurations(job.space, dry_run_shown);
  std::string text = fmt::format("{}{} configurations, goal {}, strategy {}, budget {:.0f} s\n", all.complete ? "" : "more than ",
                                 all.complete ? all.size : enumerated_most, options.goal, job.strategy, job.settings.budget_s);
  for (std::size_t i = 0; i < configurations.size(); ++i) {
    const Command command = command_for(job.setup, configurations[i]);
    text +=
        fmt::format("{:>4}  {}\n      {}\n", i + 1, display(difference(configurations[i], job.space.baseline)), command.shell);
  }
  if (all.size > dry_run_shown) text += fmt::format("      ... and {} more\n", all.size - dry_run_shown);
  text +=
      "time: not known before the model's speed is measured; the start of a real run shows the estimate\nnothing was started\n";
  return text;
}

int exit_code_of(const Study& study, const StudySettings& settings) {
  if (study.recommendation.kind == RecommendationKind::unsound) return exit_failed;
  const bool any = std::any_of(study.trials.begin(), study.trials.end(),
                               [&](const Trial& trial) { return eligible(trial, settings.allow_lossy); });
  return any ? exit_ok : exit_failed;
}

}  // namespace

int run_stored(TuneJob& job, Store& store, Context& context) {
  try {
    run_tune(job, store, context.interrupt, progress_output(context));
  } catch (const Interrupted&) {
    clear_status(context);
    context.err << fmt::format("everything measured so far is stored; go on with: sweetspot resume {}\n",
                               job.study.id.substr(0, 8));
    throw;
  }
  clear_status(context);
  if (context.progress != Progress::none)
    context.err << fmt::format("saved study {} in {}\n", job.study.id.substr(0, 8), store.path().string());
  return exit_code_of(job.study, job.settings);
}

int finish_tune(TuneJob& job, Store& store, const Options& options, Context& context) {
  const int code = run_stored(job, store, context);
  ReportOptions report;
  report.colour = options.output.empty() || options.output == "-" ? context.out_colour : Colour::no;
  write_result(options, context, find_report_format(options.json ? "json" : "text").study(job.study, report));
  return code;
}

namespace {

int tune_one(const Options& options, Context& context) {
  TuneJob job = tune_job(options, context);
  if (options.action == Action::demo && context.progress != Progress::none)
    context.err << fmt::format(
        "the demo engine plays an {} with the model {}; its clock runs faster than the wall's, and so do its rates\n",
        options.machine, job.setup.model.name);
  if (options.dry_run) {
    write_result(options, context, dry_run(job, options));
    return exit_ok;
  }
  Store store(context.paths.store);
  store.save_study(job.study);
  save_options(store, job.study.id, job.setup.engine.name, options);
  return finish_tune(job, store, options, context);
}

}  // namespace

int command_tune(const Options& options, Context& context) {
  const bool several = options.models.size() > 1 || options.engines.size() > 1 ||
                       (options.engines.size() == 1 && options.engines.front() != options.engine);
  if (!several) return tune_one(options.action == Action::demo ? options : with_offer(options, context), context);
  const std::vector<TunePair> pairs = tune_pairs(options, context);
  if (!options.dry_run && pairs.size() > 1) return tune_several(options, pairs, context);
  int worst = exit_ok;
  for (const TunePair& pair : pairs) {
    if (drops_draft_model(options, pair, context)) context.err << draft_model_dropped(options, pair);
    worst = std::max(worst, tune_one(options_of(options, pair, context), context));
  }
  return worst;
}

}  // namespace sweetspot
