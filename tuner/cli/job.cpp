#include "cli/job.hpp"

#include "backends/default_space.hpp"
#include "backends/inspect.hpp"
#include "backends/local_port.hpp"
#include "backends/model.hpp"
#include "backends/offered_apis.hpp"
#include "cli/found_here.hpp"
#include "cli/named_sources.hpp"
#include "cli/option_values.hpp"
#include "cli/output.hpp"
#include "cli/parameter_arguments.hpp"
#include "cli/scorer_choice.hpp"
#include "cli/space_file.hpp"
#include "cli/version.hpp"
#include "core/error.hpp"
#include "core/id.hpp"
#include "core/rng.hpp"
#include "core/text.hpp"
#include "gate/prompt_set.hpp"
#include "run/depths.hpp"
#include "run/machine.hpp"
#include "run/memory_constraints.hpp"
#include "run/prepare.hpp"
#include "run/study_key.hpp"
#include "run/workload.hpp"
#include "search/strategy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace sweetspot {
namespace {

constexpr std::int64_t context_most = 8192;  ///< served unless --context says otherwise: enough for every prompt of ours
constexpr std::int64_t context_least = 2048;
constexpr std::int64_t default_depth_share = 4;  ///< of the context, where goal long-context names no depth

/// The one that was asked for; 0: any free one.
int port_for(const Options& options) {
  if (options.port == 0) return 0;
  try {
    require_free_local_port(options.port);
  } catch (const TrialError& error) {
    throw Error{"--port: " + error.failure().detail,
                "end the program that holds it, name another port, or none: a free one is taken"};
  }
  return options.port;
}

EngineDescriptor chosen_engine(const Options& options, const Context& context) {
  if (!options.engine_file.empty())
    return read_descriptor(read_named_file(options.engine_file, "--engine-file"), options.engine_file.string());
  const auto engines = catalog(context.paths.engines_folder);
  if (!options.engine.empty()) return find_engine(engines, options.engine);
  const std::string model = own_model(options);
  for (const EngineDescriptor& engine : engines) {
    // An engine with models of its own is for demonstration: it is never what somebody means who names none.
    const bool fits = engine.identity.models.empty() && (model.empty() || takes(engine, model));
    if (fits && find_executable(engine, options.binary, context.environment.search_path())) return engine;
  }
  throw Error{"no engine was named and none was found here" + (model.empty() ? "" : " that takes " + model),
              "install llama-server (GGUF files) or mlx-lm (model folders), or name an executable with --binary"};
}

EngineProbe probed(const EngineDescriptor& engine, const Options& options, const Context& context) {
  if (!can_launch(engine))
    throw Error{engine.name + " is only asked where it already runs: sweetspot starts no such server",
                "ask it with: sweetspot measure " + engine.name + " --url http://HOST:PORT, or check " + engine.name +
                    " --url ...; or write an engine file that says how to start it"};
  const auto binary = find_executable(engine, own_binary(options), context.environment.search_path());
  if (!binary) throw Error{engine.name + " was not found here", "install it, or name its executable with --binary"};
  return probe_binary(engine, *binary, context.interrupt);
}

std::int64_t served_context(const Options& options, const ModelIdentity& model) {
  const std::int64_t trained = model.context_length > 0 ? model.context_length : context_most;
  const std::int64_t deepest = options.depths.empty() ? 0 : *std::max_element(options.depths.begin(), options.depths.end());
  const std::int64_t needed = std::max(context_least, deepest > 0 ? deepest + depth_room : 0);
  if (options.context && *options.context < needed)
    throw Error{fmt::format("--context {} is too small: {} is needed", *options.context, needed), "give at least that"};
  if (deepest > 0 && needed > trained)
    throw Error{fmt::format("--depths {}: the model was trained for {} tokens, and {} more are needed for the answers", deepest,
                            trained, depth_room),
                fmt::format("give depths up to {}", std::max<std::int64_t>(trained - depth_room, 0))};
  return options.context ? *options.context : std::max(std::min(trained, context_most), needed);
}

/// The user's own prompts are timed, and some of them gated beside the built-in ones.
void add_prompts(const Options& options, LiveSetup& setup) {
  setup.gate_prompts = gate_prompts(setup.engine);
  setup.timed_prompts = timed_prompts();
  if (options.workload.empty()) return;
  const std::vector<Prompt> workload = read_workload(options.workload);
  for (Prompt& prompt : gated_workload(workload)) setup.gate_prompts.push_back(std::move(prompt));
  setup.timed_prompts = timed_workload(workload, setup.goal);
}

SpaceFile space_from_file(const Options& options, const EngineDescriptor& engine) {
  return read_space(engine, read_named_file(options.space_file, "--space"), options.space_file.string());
}

/// Axes of the search; a space file may also fix values.
std::vector<Axis> axes_for(const Options& options, ResolvedTarget& resolved) {
  const LiveSetup& setup = resolved.setup;
  const HasDraftModel draft = resolved.target.draft_model ? HasDraftModel::yes : HasDraftModel::no;
  const DefaultValues defaults =
      default_axes(setup.engine, setup.probe, setup.model, options.goal, draft, resolved.target.machine.cores);
  std::vector<Axis> axes;
  if (!options.space_file.empty()) {
    SpaceFile file = space_from_file(options, setup.engine);
    axes = std::move(file.axes);
    resolved.fixed = merged(file.fixed, resolved.fixed);
  } else if (!options.parameters.empty()) {
    axes = axes_from(setup.engine, options.parameters, defaults);
  } else {
    for (const auto& [name, values] : defaults) axes.push_back({name, values});
  }
  for (const std::string& name : excluded_names(setup.engine, options.exclude))
    std::erase_if(axes, [&](const Axis& axis) { return axis.parameter == name; });
  if (axes.empty()) throw Error{"nothing is left to search", "name parameters with --param, or exclude fewer"};
  for (const Axis& axis : axes) {
    const ProbedParameter* probed = setup.probe.find(axis.parameter);
    if (probed == nullptr || !probed->spelling)
      throw Error{fmt::format("{} {} has no flag for {}: {}", setup.engine.name, setup.probe.version, axis.parameter,
                              probed == nullptr ? "" : probed->lacking),
                  "see what it has with: sweetspot engines " + setup.engine.name};
  }
  return axes;
}

/// A goal of several clients says nothing about one.
void require_crowd(const LiveSetup& setup, const SearchSpace& space) {
  if (setup.goal.work != Goal::Work::crowd || setup.concurrency > 1) return;
  const auto serves_several = [](const Value& value) { return number(value) > 1; };
  const auto held = space.baseline.values.find("parallel");
  bool several = held != space.baseline.values.end() && serves_several(held->second);
  for (const Axis& axis : space.axes)
    several = several || (axis.parameter == "parallel" && std::any_of(axis.values.begin(), axis.values.end(), serves_several));
  if (!several)
    throw Error{"goal batch is about simultaneous requests, and only one would be made",
                "give their number with --concurrency N, or search the slots: --param parallel=1,2,4"};
}

/// What surely does not fit into memory is never tried.
void add_memory_constraints(const ResolvedTarget& resolved, SearchSpace& space) {
  const LiveSetup& setup = resolved.setup;
  if (setup.model.size_bytes <= 0) return;  // built in
  const ModelMemory memory = inspect_model(setup.model.path).memory;
  for (Constraint& constraint : memory_constraints(space, memory, resolved.target.machine.memory_bytes, setup.inputs.context))
    space.constraints.push_back(std::move(constraint));
}

std::vector<Requirement> requirements_from(const Options& options, const MachineProfile& machine) {
  std::vector<Requirement> requirements;
  for (const std::string& text : options.require)
    read_named("--require", text, [&](const std::string& bound) {
      requirements.push_back(requirement_from(bound));
      const bool crowd = options.concurrency > 0 || find_goal(options.goal).work == Goal::Work::crowd;
      if (!crowd && requirements.back().figure.starts_with("concurrency_"))
        throw Error{bound + " bounds what several clients get, and only one asks", "add --concurrency N, or take --goal batch"};
    });
  if (options.leave_free.empty()) return requirements;
  read_named("--leave-free", options.leave_free, [&](const std::string& size) {
    const double left = static_cast<double>(machine.memory_bytes) - bytes_from(size);
    if (left <= 0) throw Error{size + " is more than this machine has", fmt::format("it has {}", display(machine))};
    requirements.push_back({"memory_bytes_peak", Requirement::Op::less_or_equal, left, "--leave-free " + size});
  });
  return requirements;
}

/// The study over these axes.
TuneJob job_over(const std::vector<Axis>& axes, const Options& options, ResolvedTarget resolved, Context& context) {
  TuneJob job;
  job.fixed = resolved.fixed;
  job.space = search_space(resolved.setup, axes, resolved.fixed);
  add_memory_constraints(resolved, job.space);
  job.space.allow_lossy = options.allow_lossy;
  job.strategy = find_strategy(options.strategy).name;
  job.settings.budget_s = std::chrono::duration<double>(options.budget).count();
  job.settings.trials_most = options.trials.value_or(0);
  job.settings.min_gain_ratio = 1 + options.min_gain_percent / 100;
  job.settings.allow_lossy = options.allow_lossy;
  for (const auto& [word, model] : resolved.setup.models) job.settings.model_bytes_per_token[word] = model.bytes_per_token;
  job.settings.depths = wanted_depths(options, resolved.setup.goal, resolved.setup.inputs.context);
  job.settings.session_tokens = wanted_session_tokens(options, resolved.setup.inputs.context);
  job.settings.requirements = requirements_from(options, resolved.target.machine);
  if (!options.tier.empty()) job.settings.finalist_tier = tier_from(options.tier);
  job.settings.goal = resolved.setup.goal;
  job.settings.seed = options.seed;

  Study& study = job.study;
  study.id = new_id();
  study.tool_version = version_number();
  study.started_at = utc_now_iso8601(std::chrono::system_clock::now());
  study.seed = options.seed;
  study.strategy = job.strategy;
  study.goal = options.goal;
  study.sampler = sampler_text(options.sampler);
  study.target = resolved.target;
  resolved.setup.fresh_seed = derived_seed(options.seed, study.id);
  study.pace = job.settings.pace = options.pace;
  study.key = study_key(study.target, study.goal, options.sampler, prompt_set_digest(resolved.setup.timed_prompts),
                        resolved.fixed, study.pace);
  study.fixed.values = resolved.setup.engine.launch.fixed;
  study.fixed = merged(study.fixed, resolved.fixed);
  study.fixed.values["context"] = resolved.setup.inputs.context;
  study.baseline = job.space.baseline;
  study.warnings = disturbances(study.target.machine, running_model_servers());
  job.setup = std::move(resolved.setup);
  job.setup.scorer = chosen_scorer(options, context, job.setup);
  return job;
}

}  // namespace

ResolvedTarget resolve_target(const Options& options, Context& context) {
  ResolvedTarget resolved;
  LiveSetup& setup = resolved.setup;
  setup.engine = chosen_engine(options, context);
  require_apis(setup.engine, options.apis);
  setup.apis = options.apis;
  // Names of models that were found here count only where models are files.
  const bool files = setup.engine.identity.models.empty();
  const auto path_of = [&](const std::string& named) { return files ? model_path(named, context) : named; };
  setup.model = find_model(setup.engine, path_of(own_model(options)), "-m FILE");
  const std::string draft_model = path_of(options.draft_model);
  if (!draft_model.empty()) resolved.target.draft_model = find_model(setup.engine, draft_model, "--draft-model FILE");
  setup.probe = probed(setup.engine, options, context);
  setup.inputs.model = setup.model.path;
  setup.inputs.draft_model = draft_model;
  setup.inputs.context = served_context(options, setup.model);
  setup.inputs.extra_arguments = options.engine_arguments;
  setup.parameters = parameters_of(setup.engine, setup.probe);
  add_named_sources(options, context, setup);
  setup.port = port_for(options);
  setup.cache_folder = context.paths.cache;
  setup.evidence_folder = context.paths.evidence;
  setup.goal = find_goal(options.goal);
  add_prompts(options, setup);
  setup.concurrency = options.concurrency;
  setup.sampler = options.sampler;
  setup.seed = options.seed;
  resolved.fixed = config_from(setup.engine, options.fix, "--fix");
  resolved.target.machine = probe_machine();
  resolved.target.engine = {setup.engine.name, setup.probe.version, setup.probe.binary.string()};
  resolved.target.model = setup.model;
  return resolved;
}

std::vector<std::int64_t> wanted_depths(const Options& options, const Goal& goal, std::int64_t context) {
  if (options.depths.empty() && goal.work == Goal::Work::depth) return {context / default_depth_share};
  return options.depths;
}

std::int64_t wanted_session_tokens(const Options& options, std::int64_t context) {
  if (!options.session) return 0;
  const std::int64_t deepest = options.depths.empty() ? 0 : *std::max_element(options.depths.begin(), options.depths.end());
  return deepest > 0 ? deepest : context / default_depth_share;
}

TuneJob tune_job(const Options& options, Context& context) {
  ResolvedTarget resolved = resolve_target(options, context);
  const std::vector<Axis> axes = axes_for(options, resolved);
  TuneJob job = job_over(axes, options, std::move(resolved), context);
  require_supported(job.setup, job.space);
  require_crowd(job.setup, job.space);
  return job;
}

TuneJob reverify_job(const Options& options, Context& context) {
  ResolvedTarget resolved = resolve_target(options, context);
  if (!options.space_file.empty()) resolved.fixed = merged(space_from_file(options, resolved.setup.engine).fixed, resolved.fixed);
  return job_over({}, options, std::move(resolved), context);
}

void clear_status(Context& context) {
  if (context.progress == Progress::animated) context.err << "\r\x1b[K" << std::flush;
}

TuneOutput progress_output(Context& context) {
  TuneOutput output;
  output.line = [&context](const std::string& text) {
    clear_status(context);
    if (context.progress != Progress::none) context.err << text << '\n' << std::flush;
  };
  output.status = [&context](const std::string& text) {
    if (context.progress == Progress::animated) context.err << "\r\x1b[K" << shortened(escape_control(text), 100) << std::flush;
  };
  return output;
}

}  // namespace sweetspot
