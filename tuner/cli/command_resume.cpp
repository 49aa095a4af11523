#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/job.hpp"
#include "cli/output.hpp"
#include "cli/stored_request.hpp"
#include "core/error.hpp"
#include "run/study_key.hpp"

#include <fmt/format.h>

namespace sweetspot {
int command_resume(const Options& options, Context& context) {
  Store store(context.paths.store);
  const std::string id = store.resolve(options.study);
  Study study = store.load_study(id);
  const Options stored = stored_options(store, id, options, context);
  if (study.status == "done") {
    context.err << fmt::format("study {} is complete; its result again:\n", id.substr(0, 8));
    write_result(options, context,
                 find_report_format(options.json ? "json" : "text").study(study, ReportOptions{context.out_colour}));
    return study.recommendation.kind == RecommendationKind::unsound ? exit_failed : exit_ok;
  }
  TuneJob job = tune_job(stored, context);
  const auto reasons = stale_reasons(study, job.study);
  if (!reasons.empty())
    throw Error{fmt::format("study {} cannot go on: {}", id.substr(0, 8), reasons.front()),
                "its measurements no longer compare; start anew with: sweetspot tune"};
  job.study = std::move(study);
  return finish_tune(job, store, stored, context);
}

}  // namespace sweetspot
