#include "cli/tune_pairs.hpp"

#include "backends/model.hpp"
#include "cli/exit_code.hpp"
#include "cli/found_here.hpp"
#include "cli/job.hpp"
#include "cli/output.hpp"
#include "cli/stored_request.hpp"
#include "cli/version.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "reports/format.hpp"
#include "reports/goal_table.hpp"
#include "run/goal_rows.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>

namespace sweetspot {
namespace {

using Json = nlohmann::ordered_json;

/// By the form of what is named; a file has to be there.
bool fits(const EngineDescriptor& engine, const std::string& model, const Context& context) {
  if (!engine.identity.models.empty()) return takes(engine, model);
  const std::string path = model_path(model, context);
  const bool must_exist = engine.identity.model_form != ModelForm::name;
  std::error_code error;
  return takes(engine, path) && (!must_exist || std::filesystem::exists(path, error));
}

std::vector<EngineDescriptor> named_engines(const Options& options, const Context& context) {
  const auto known = catalog(context.paths.engines_folder);
  std::vector<EngineDescriptor> engines;
  if (!options.engine.empty()) engines.push_back(find_engine(known, options.engine));
  for (const std::string& name : options.engines) {
    const auto same = [&](const EngineDescriptor& engine) { return engine.name == name; };
    if (std::none_of(engines.begin(), engines.end(), same)) engines.push_back(find_engine(known, name));
  }
  return engines;
}

/// A share of what is left.
std::chrono::milliseconds share(std::chrono::milliseconds left, std::size_t studies) {
  return std::max(left, std::chrono::milliseconds(0)) / static_cast<int>(std::max<std::size_t>(studies, 1));
}

GoalRow failed_row(const TuneJob& job, const std::string& reason) {
  GoalRow row;
  row.goal = job.study.goal;
  row.engine = job.study.target.engine.name;
  row.engine_version = job.study.target.engine.version;
  row.model = job.study.target.model.name;
  row.quantisation = job.study.target.model.quantisation;
  row.context = job.setup.inputs.context;
  row.verdict = "error";
  row.reason = reason;
  return row;
}

std::string pair_text(const TuneJob& job) { return job.setup.engine.name + " with " + escape_control(job.setup.model.name); }

void write_table(const std::vector<GoalRow>& rows, const std::vector<std::string>& studies, const Options& options,
                 Context& context) {
  if (!options.json) {
    write_result(options, context, goal_table_text(rows) + "  each in full: sweetspot show STUDY\n");
    return;
  }
  const Json report = {{"schema_version", 1},  {"tool_version", version_number()},
                       {"goal", options.goal}, {"budget_s", std::chrono::duration<double>(options.budget).count()},
                       {"studies", studies},   {"rows", Json::parse(goal_table_json(rows))}};
  write_result(options, context, json_text(report, 2) + "\n");
}

}  // namespace

std::vector<TunePair> tune_pairs(const Options& options, const Context& context) {
  const std::vector<EngineDescriptor> engines = named_engines(options, context);
  std::vector<TunePair> pairs;
  if (engines.empty()) {
    for (const std::string& model : options.models) pairs.push_back({"", model});
    return pairs;
  }
  std::vector<std::string> taken;
  for (const EngineDescriptor& engine : engines) {
    const std::size_t before = pairs.size();
    for (const std::string& model : options.models) {
      if (!fits(engine, model, context)) continue;
      pairs.push_back({engine.name, model});
      taken.push_back(model);
    }
    if (options.models.empty() && !engine.identity.models.empty()) pairs.push_back({engine.name, ""});
    if (pairs.size() == before)
      throw Error{engine.name + " takes none of the models that are named", "name one that it takes with -m, or leave it out"};
  }
  for (const std::string& model : options.models) {
    if (std::find(taken.begin(), taken.end(), model) == taken.end())
      throw Error{"none of the engines that are named takes " + escape_control(model),
                  "is it there? A GGUF file is for llama-server, a folder with safetensors for mlx-lm"};
  }
  return pairs;
}

bool drops_draft_model(const Options& options, const TunePair& pair, const Context& context) {
  if (options.draft_model.empty() || pair.engine.empty()) return false;
  return !fits(find_engine(catalog(context.paths.engines_folder), pair.engine), options.draft_model, context);
}

std::string draft_model_dropped(const Options& options, const TunePair& pair) {
  return fmt::format("{} does not take {} as a draft model: it is tuned without one\n", pair.engine,
                     escape_control(options.draft_model));
}

Options options_of(const Options& options, const TunePair& pair, const Context& context) {
  Options own = options;
  own.engine = pair.engine;
  own.model = pair.model;
  if (drops_draft_model(options, pair, context)) own.draft_model.clear();
  return own;
}

int tune_several(const Options& options, const std::vector<TunePair>& pairs, Context& context) {
  const TuneOutput output = progress_output(context);
  const auto end = std::chrono::steady_clock::now() + options.budget;
  const auto left = [&] { return std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()); };
  // What cannot be run is told before hours are spent on the rest.
  std::vector<std::string> names;
  for (const TunePair& pair : pairs) {
    names.push_back(pair_text(tune_job(options_of(options, pair, context), context)));
    if (drops_draft_model(options, pair, context)) context.err << draft_model_dropped(options, pair);
  }
  Store store(context.paths.store);
  std::vector<GoalRow> rows;
  std::vector<std::string> studies;
  bool any = false;
  output.line(fmt::format("{} studies share {}: {} each, and what one leaves goes to the others", pairs.size(),
                          seconds_text(std::chrono::duration<double>(options.budget).count()),
                          seconds_text(std::chrono::duration<double>(share(options.budget, pairs.size())).count())));
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    Options own = options_of(options, pairs[i], context);
    own.budget = share(left(), pairs.size() - i);
    TuneJob job = tune_job(own, context);
    store.save_study(job.study);
    save_options(store, job.study.id, job.setup.engine.name, own);
    output.line(fmt::format("study {} of {}, {}: {}", i + 1, pairs.size(),
                            seconds_text(std::chrono::duration<double>(own.budget).count()), names[i]));
    try {
      any = run_stored(job, store, context) == exit_ok || any;
      for (GoalRow& row : rows_of(job.study)) rows.push_back(std::move(row));
      studies.push_back(job.study.id);
    } catch (const Interrupted&) {
      for (std::size_t next = i + 1; next < pairs.size(); ++next) context.err << "not begun: " << names[next] << "\n";
      throw;
    } catch (const Error& error) {  // the others are still worth their time
      rows.push_back(failed_row(job, error.what()));
      output.line(fmt::format("{}: {}", job.setup.engine.name, escape_control(error.what())));
    }
  }
  sort_rows(rows, options.goal);
  write_table(rows, studies, options, context);
  return any ? exit_ok : exit_failed;
}

}  // namespace sweetspot
