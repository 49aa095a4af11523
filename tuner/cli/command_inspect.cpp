#include "cli/commands.hpp"

#include "backends/descriptor.hpp"
#include "backends/inspect.hpp"
#include "backends/probe.hpp"
#include "cli/exit_code.hpp"
#include "cli/found_here.hpp"
#include "cli/output.hpp"
#include "core/error.hpp"
#include "reports/inspection_report.hpp"
#include "run/bandwidth.hpp"
#include "run/machine.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <string>

namespace sweetspot {

namespace {

/// Versions of the engines found here, by name. One that does not answer is as good as none.
std::map<std::string, std::string> installed_versions(const Context& context) {
  std::map<std::string, std::string> versions;
  for (const EngineDescriptor& engine : catalog(context.paths.engines_folder)) {
    const auto binary = find_executable(engine, "", context.environment.search_path());
    if (!binary) continue;
    try {
      versions[engine.name] = probe_binary(engine, *binary, context.interrupt).version;
    } catch (const Error& error) {
      context.err << "sweetspot: " << engine.name << " was found and does not answer: " << error.what() << '\n';
    }
  }
  return versions;
}

}  // namespace

/// What is wrong with a model is the result, not a failure: exit 0.
int command_inspect(const Options& options, Context& context) {
  if (options.model.empty())
    throw Error{"no model was named",
                "name it: sweetspot inspect MODEL (a .gguf file, a folder, or a name that sweetspot engines lists)"};
  ModelInspection model = inspect_model(model_path(options.model, context));
  MachineProfile machine = probe_machine();
  machine.memory_bandwidth_bytes_per_s = triad_bandwidth(triad_bytes, machine.cores);
  std::ranges::move(memory_findings(model, machine), std::back_inserter(model.findings));
  // Asking engines takes seconds: only for a bundle that names one.
  if (model.runtime) std::ranges::move(runtime_findings(model, installed_versions(context)), std::back_inserter(model.findings));
  write_result(options, context, options.json ? inspection_json(model, machine) : inspection_text(model, machine));
  return exit_ok;
}

}  // namespace sweetspot
