#include "cli/cli.hpp"

#include "cli/commands.hpp"
#include "cli/completions.hpp"
#include "cli/exit_code.hpp"
#include "cli/help.hpp"
#include "cli/man_page.hpp"
#include "cli/options.hpp"
#include "cli/output.hpp"
#include "cli/version.hpp"
#include "core/error.hpp"

#include <fmt/format.h>

#include <exception>
#include <string>
#include <vector>

namespace sweetspot {

namespace {

int dispatch(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err, const Environment& environment);

}  // namespace

int run_cli(int argc, char** argv, std::ostream& out, std::ostream& err, const Environment& environment) {
  try {
    return dispatch({argv + (argc > 0 ? 1 : 0), argv + argc}, out, err, environment);
  } catch (const Error& error) {
    out.flush();
    err << fmt::format("sweetspot: error: {}\n", error.what());
    if (!error.hint().empty()) err << fmt::format("hint: {}\n", error.hint());
    return exit_usage;
  } catch (const Interrupted&) {
    out.flush();
    err << "sweetspot: interrupted\n";
    return exit_interrupted;
  } catch (const std::exception& error) {
    out.flush();
    err << fmt::format(
        "sweetspot: error: {}\nhint: this should not happen; please report it with the command and: sweetspot --version\n",
        error.what());
    return exit_usage;
  }
}

namespace {

int dispatch(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err, const Environment& environment) {
  if (arguments.empty()) {
    out << short_help();
    return exit_ok;
  }
  auto paths = paths_from(environment);
  auto options = parse_options(arguments, environment, paths.config_file);
  options.arguments = arguments;
  if (!options.store.empty()) {
    paths.store = options.store;
    paths.evidence = options.store.parent_path() / "evidence";
  }
  const NeverInterrupted never;
  Context context{out,
                  err,
                  environment,
                  environment.interrupt ? *environment.interrupt : never,
                  std::move(paths),
                  colour_for(Stream::out, options.colour, environment),
                  colour_for(Stream::err, options.colour, environment),
                  progress_for(options, environment)};
  switch (options.action) {
    case Action::help: out << help_text(options.help_topic); return exit_ok;
    case Action::version: out << version_text(); return exit_ok;
    case Action::completions: out << completions(options.shell); return exit_ok;
    case Action::man: out << man_page(); return exit_ok;
    case Action::demo:
    case Action::tune: return command_tune(options, context);
    case Action::check: return command_check(options, context);
    case Action::compare: return command_compare(options, context);
    case Action::measure: return command_measure(options, context);
    case Action::engines: return command_engines(options, context);
    case Action::inspect: return command_inspect(options, context);
    case Action::list: return command_list(options, context);
    case Action::show: return command_show(options, context);
    case Action::resume: return command_resume(options, context);
    case Action::reverify: return command_reverify(options, context);
    case Action::run: return command_run(options, context);
    case Action::export_table: return command_export(options, context);
    case Action::replay: return command_replay(options, context);
    case Action::doctor: return command_doctor(options, context);
  }
  return exit_usage;
}

}  // namespace

}  // namespace sweetspot
