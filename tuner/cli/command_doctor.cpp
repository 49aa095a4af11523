#include "cli/commands.hpp"

#include "backends/descriptor.hpp"
#include "backends/probe.hpp"
#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "reports/format.hpp"
#include "run/bandwidth.hpp"
#include "run/machine.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

namespace sweetspot {

namespace {

using Json = nlohmann::ordered_json;

struct EngineState {
  std::string name;
  std::string state;  ///< version and path, or what is wrong
  bool found = false;
};

std::vector<EngineState> engine_states(const Context& context, std::vector<Warning>& warnings);
std::string text_document(const MachineProfile& machine, const std::vector<EngineState>& engines,
                          const std::vector<Warning>& warnings, const Options& options, const Context& context);
Json json_document(const MachineProfile& machine, const std::vector<EngineState>& engines, const std::vector<Warning>& warnings,
                   const Options& options, const Context& context);

}  // namespace

/// Findings are advice, not failures: exit 0.
int command_doctor(const Options& options, Context& context) {
  auto machine = probe_machine();
  machine.memory_bandwidth_bytes_per_s = triad_bandwidth(triad_bytes, machine.cores);
  auto warnings = disturbances(machine, running_model_servers());
  const auto engines = engine_states(context, warnings);
  write_result(options, context,
               options.json ? json_text(json_document(machine, engines, warnings, options, context), 2) + "\n"
                            : text_document(machine, engines, warnings, options, context));
  return exit_ok;
}

namespace {

std::vector<EngineState> engine_states(const Context& context, std::vector<Warning>& warnings) {
  std::vector<EngineState> states;
  try {
    for (const auto& engine : catalog(context.paths.engines_folder)) {
      EngineState state{engine.name, "not found", false};
      try {
        if (const auto binary = find_executable(engine, "", context.environment.search_path())) {
          const auto probe = probe_binary(engine, *binary, context.interrupt);
          state = {engine.name, fmt::format("{}  {}", escape_control(probe.version), probe.binary.string()), true};
        }
      } catch (const Error& error) {
        state.state = escape_control(error.what());
        warnings.push_back({"engine", fmt::format("{}: {}", engine.name, error.what()), error.hint()});
      }
      states.push_back(std::move(state));
    }
  } catch (const Error& error) {
    // A broken file of the user's must not hide the rest of what the doctor sees.
    warnings.push_back({"engine_file", error.what(), error.hint()});
  }
  return states;
}

std::string machine_lines(const MachineProfile& machine) {
  std::string text =
      fmt::format("Machine\n  {}\n  {}, {}\n", display(machine), escape_control(machine.os), escape_control(machine.kernel));
  if (!machine.model.empty()) text += fmt::format("  {}\n", escape_control(machine.model));
  if (machine.performance_cores) text += fmt::format("  {} of the cores are the fast kind\n", *machine.performance_cores);
  if (machine.gpu_cores) text += fmt::format("  graphics processor with {} cores on the same memory\n", *machine.gpu_cores);
  if (machine.gpu_memory_limit_bytes)
    text +=
        fmt::format("  the graphics processor may hold {} (iogpu.wired_limit_mb)\n", bytes_text(machine.gpu_memory_limit_bytes));
  if (!machine.accelerator.empty()) text += fmt::format("  {}\n", escape_control(machine.accelerator));
  if (machine.load_1min) text += fmt::format("  load {:.2f}\n", *machine.load_1min);
  if (machine.memory_available_bytes)
    text += fmt::format("  memory free {} of {}\n", bytes_text(machine.memory_available_bytes), bytes_text(machine.memory_bytes));
  if (machine.memory_bandwidth_bytes_per_s)
    text += fmt::format("  memory bandwidth {:.1f} GB/s (measured)\n", *machine.memory_bandwidth_bytes_per_s / 1e9);
  if (machine.swap_used_bytes) text += fmt::format("  swapped out {}\n", bytes_text(machine.swap_used_bytes));
  if (machine.on_battery) text += *machine.on_battery ? "  on battery\n" : "  on mains power\n";
  if (!machine.power_mode.empty()) text += fmt::format("  power mode {}\n", escape_control(machine.power_mode));
  if (machine.temperature_c) text += fmt::format("  {:.0f} degrees\n", *machine.temperature_c);
  return text;
}

std::string existence(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored) ? "" : " (not there)";
}

std::string text_document(const MachineProfile& machine, const std::vector<EngineState>& engines,
                          const std::vector<Warning>& warnings, const Options& options, const Context& context) {
  auto text = machine_lines(machine);
  text += "\nWhat would disturb a measurement now\n";
  if (warnings.empty()) text += "  nothing\n";
  for (const auto& warning : warnings)
    text += fmt::format("  {}\n{}", escape_control(warning.text),
                        warning.hint.empty() ? "" : fmt::format("    hint: {}\n", escape_control(warning.hint)));
  text += "\nEngines\n";
  for (const auto& engine : engines) text += fmt::format("  {}  {}\n", padded(engine.name, 18), engine.state);
  const auto& paths = context.paths;
  text += fmt::format("\nFiles\n  configuration  {}{}\n  engine files   {}{}\n  studies        {}{}\n  cache          {}{}\n",
                      paths.config_file.string(), existence(paths.config_file), paths.engines_folder.string(),
                      existence(paths.engines_folder), paths.store.string(), existence(paths.store), paths.cache.string(),
                      existence(paths.cache));
  if (options.settings.empty()) return text;
  text += "\nSettings read (options on the command line come first)\n";
  for (const auto& setting : options.settings)
    text += fmt::format("  {} = {}  from {}\n", setting.option, escape_control(setting.value), setting.origin);
  return text;
}

Json json_document(const MachineProfile& machine, const std::vector<EngineState>& engines, const std::vector<Warning>& warnings,
                   const Options& options, const Context& context) {
  Json json;
  json["machine"] = machine;
  json["warnings"] = warnings;
  json["engines"] = Json::array();
  for (const auto& engine : engines)
    json["engines"].push_back({{"name", engine.name}, {"found", engine.found}, {"state", engine.state}});
  json["paths"] = {{"config", context.paths.config_file.string()},
                   {"engines", context.paths.engines_folder.string()},
                   {"store", context.paths.store.string()},
                   {"cache", context.paths.cache.string()}};
  json["settings"] = Json::array();
  for (const auto& setting : options.settings)
    json["settings"].push_back({{"option", setting.option}, {"value", setting.value}, {"origin", setting.origin}});
  return json;
}

}  // namespace

}  // namespace sweetspot
