#include "backends/model.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "core/error.hpp"
#include "run/machine.hpp"
#include "run/store.hpp"
#include "run/study_key.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include <unistd.h>

namespace sweetspot {
namespace {

/// The study on the target as it is now, as far as that can be seen without starting anything.
Study study_now(const Study& study) {
  Study now = study;
  now.target.machine = probe_machine();
  now.target.model = model_now(study.target.model);
  if (study.target.draft_model) now.target.draft_model = model_now(*study.target.draft_model);
  return now;
}

}  // namespace

int command_run(const Options& options, Context& context) {
  const Store store(context.paths.store);
  const std::string id = store.resolve(options.study);
  const Study study = store.load_study(id);
  if (!study.recommendation.command)
    throw Error{fmt::format("study {} has no recommendation to run ({})", id.substr(0, 8), study.status),
                "see: sweetspot show " + id.substr(0, 8)};
  for (const std::string& reason : stale_reasons(study, study_now(study)))
    context.err << fmt::format("warning: stale: {}; measure again with: sweetspot tune\n", reason);
  std::vector<std::string> arguments = study.recommendation.command->argv;
  arguments.insert(arguments.end(), options.engine_arguments.begin(), options.engine_arguments.end());
  context.err << fmt::format("starting: {}\n", study.recommendation.command->shell) << std::flush;
  if (options.dry_run) return exit_ok;
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  context.out.flush();
  // The server takes this process's place: its signals, its terminal and its exit code are the user's.
  execvp(argv.front(), argv.data());
  throw Error{fmt::format("cannot start {}: {}", arguments.front(), std::strerror(errno)),
              "is the engine still installed there?"};
}

}  // namespace sweetspot
