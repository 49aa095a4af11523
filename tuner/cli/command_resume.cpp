#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/job.hpp"
#include "cli/output.hpp"
#include "core/error.hpp"
#include "run/study_key.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <filesystem>

namespace sweetspot {
namespace {

/// The options that the study was started with; output and progress are those of this call.
Options stored_options(const Store& store, const std::string& id, const Options& now, const Context& context) {
  const nlohmann::ordered_json request = store.load_request(id);
  if (request.is_null())
    throw Error{"study " + id.substr(0, 8) + " was stored without its request", "start it anew with: sweetspot tune"};
  std::error_code error;
  std::filesystem::current_path(request.at("folder").get<std::string>(), error);
  if (error)
    throw Error{"the folder that the study was started in is gone: " + request.at("folder").get<std::string>(),
                "start it anew with: sweetspot tune"};
  Options options =
      parse_options(request.at("arguments").get<std::vector<std::string>>(), context.environment, context.paths.config_file);
  options.json = now.json;
  options.output = now.output;
  options.quiet = now.quiet;
  options.store = now.store;
  if (now.budget_given) options.budget = now.budget;
  return options;
}

}  // namespace

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
  const auto reasons = stale_reasons(study.target, job.study.target);
  if (!reasons.empty())
    throw Error{fmt::format("study {} cannot go on: {}", id.substr(0, 8), reasons.front()),
                "its measurements no longer compare; start anew with: sweetspot tune"};
  job.study = std::move(study);
  return finish_tune(job, store, stored, context);
}

}  // namespace sweetspot
