#include "backends/probe.hpp"

#include "backends/emission.hpp"
#include "backends/server_process.hpp"
#include "core/error.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

#include <unistd.h>

#include <algorithm>
#include <regex>
#include <system_error>

namespace sweetspot {

namespace {

std::string version_from(const EngineDescriptor& engine, const std::string& version_text);
HelpTable told_by_descriptor(const EngineDescriptor& engine);
std::filesystem::path version_program(const EngineDescriptor& engine, const std::filesystem::path& binary);
ProbedParameter probed_parameter(const EngineParameter& row, const HelpTable& help);
std::string output_of(const EngineDescriptor& engine, const std::filesystem::path& binary,
                      const std::vector<std::string>& arguments, const InterruptFlag& interrupt);
bool executable_file(const std::filesystem::path& path);

}  // namespace

std::optional<Value> help_default(const Parameter& parameter, const HelpOption& option) {
  auto word = HelpTable::default_text(option);
  if (!word) return std::nullopt;
  if (*word == "enabled") word = "on";
  if (*word == "disabled") word = "off";
  for (const std::string& candidate : {*word, std::string("auto")}) {
    try {
      return checked_value(parameter, parse_value(candidate));
    } catch (const Error&) {
      // Not a value of this parameter: what the help says in other words means "auto" where there is such a value.
      continue;
    }
  }
  return std::nullopt;
}

EngineProbe probe_from_texts(const EngineDescriptor& engine, const std::string& version_text, const std::string& help_text) {
  EngineProbe probe;
  probe.version = version_from(engine, version_text);
  probe.help = engine.identity.help_style == "none" ? told_by_descriptor(engine) : parse_help(engine, help_text);
  for (const EngineParameter& row : engine.parameters) probe.parameters.push_back(probed_parameter(row, probe.help));
  return probe;
}

const ProbedParameter* EngineProbe::find(std::string_view name) const {
  const auto found = std::ranges::find(parameters, name, &ProbedParameter::name);
  return found == parameters.end() ? nullptr : &*found;
}

std::optional<std::filesystem::path> find_executable(const EngineDescriptor& engine, const std::string& binary,
                                                     const std::string& path_variable) {
  if (binary.find('/') != std::string::npos) {
    if (executable_file(binary)) return std::filesystem::path(binary);
    throw Error{"\"" + binary + "\" is no executable file", "check the path given with --binary"};
  }
  const auto names = binary.empty() ? engine.identity.executables : std::vector<std::string>{binary};
  for (const std::string& name : names) {
    std::size_t begin = 0;
    while (begin <= path_variable.size()) {
      const auto end = std::min(path_variable.find(':', begin), path_variable.size());
      const std::filesystem::path folder = path_variable.substr(begin, end - begin);
      if (!folder.empty() && executable_file(folder / name)) return folder / name;
      begin = end + 1;
    }
  }
  if (binary.empty()) return std::nullopt;
  if (executable_file(binary)) return std::filesystem::path("./" + binary);
  throw Error{"\"" + binary + "\" is no executable file here or on PATH", "give its path with --binary"};
}

EngineProbe probe_binary(const EngineDescriptor& engine, const std::filesystem::path& binary, const InterruptFlag& interrupt) {
  const auto& identity = engine.identity;
  const std::filesystem::path teller = version_program(engine, binary);
  std::string version;
  if (!identity.version_arguments.empty() && !teller.empty())
    version = output_of(engine, teller, identity.version_arguments, interrupt);
  const bool asks = identity.help_style != "none";
  const std::string help = asks ? output_of(engine, binary, identity.help_arguments, interrupt) : "";
  EngineProbe probe = probe_from_texts(engine, version, help);
  probe.binary = binary;
  if (asks && probe.help.options.empty()) {
    throw Error{binary.string() + " answers " + listed(engine.identity.help_arguments) + " with nothing that " + engine.name +
                    "'s descriptor understands: " + shortened(escape_control(help), 200),
                "check that it is a " + engine.name + ", or name another one with --binary"};
  }
  return probe;
}

namespace {

/// The program that tells the version: the binary itself, or one beside it (a link is followed); empty: it is not there.
std::filesystem::path version_program(const EngineDescriptor& engine, const std::filesystem::path& binary) {
  const std::string& name = engine.identity.version_executable;
  if (name.empty()) return binary;
  std::error_code error;
  const auto target = std::filesystem::canonical(binary, error);
  for (const auto& folder : {binary.parent_path(), target.parent_path()}) {
    if (executable_file(folder / name)) return folder / name;
  }
  return {};
}

/// Every first spelling of the descriptor as an option: nothing else tells.
HelpTable told_by_descriptor(const EngineDescriptor& engine) {
  HelpTable table;
  const auto add = [&](const std::vector<std::string>& spellings, const char* hint) {
    if (spellings.empty() || table.find(spellings.front()) != nullptr) return;
    table.options.push_back({{spellings.front()}, hint, "", false});
  };
  for (const EngineParameter& row : engine.parameters) {
    add(row.emission.spellings, "VALUE");
    for (const auto& alternative : row.emission.alternatives) add(alternative.spellings, "VALUE");
    for (const auto& [value, flags] : row.emission.by_value) add(flags, "");
  }
  const auto& launch = engine.launch;
  for (const auto* groups : {&launch.arguments, &launch.measurement_only, &launch.draft_model}) {
    for (const auto& group : *groups) {
      if (group.front().starts_with('-')) add({group.front().substr(0, group.front().find('|'))}, "VALUE");
    }
  }
  return table;
}

std::string version_from(const EngineDescriptor& engine, const std::string& version_text) {
  const std::regex pattern(engine.identity.version_pattern);
  std::size_t begin = 0;
  std::string version = "unknown";
  // The last one: where a daemon runs, Ollama tells that one's first and its own as a warning.
  // Line by line: loading a backend may print before the version, and long lines are no place for std::regex.
  constexpr std::size_t longest_line = 1000;
  while (begin < version_text.size()) {
    const auto end = std::min(version_text.find('\n', begin), version_text.size());
    const std::string line = version_text.substr(begin, std::min(end - begin, longest_line)) + "\n";
    std::smatch match;
    if (std::regex_search(line, match, pattern)) version = engine.identity.version_prefix + match[1].str();
    begin = end + 1;
  }
  return version;
}

/// "removed: use --x" when the help still has a stub for one of the spellings.
std::string lacking_text(const HelpTable& help, const std::vector<std::string>& spellings) {
  for (const HelpOption& option : help.options) {
    const bool ours = std::ranges::any_of(
        spellings, [&](const std::string& flag) { return std::ranges::find(option.spellings, flag) != option.spellings.end(); });
    if (!ours || !option.removed) continue;
    const auto use = option.description.find("use ");
    const auto end = option.description.find(" (env:");
    return use == std::string::npos ? "removed" : "removed: " + option.description.substr(use, end - use);
  }
  return "not in its help";
}

std::vector<std::string> all_spellings(const Emission& emission) {
  auto spellings = emission.spellings;
  for (const auto& alternative : emission.alternatives) {
    spellings.insert(spellings.end(), alternative.spellings.begin(), alternative.spellings.end());
  }
  if (const auto on = emission.by_value.find("on"); on != emission.by_value.end()) {
    spellings.insert(spellings.end(), on->second.begin(), on->second.end());
  }
  for (const auto& [value, flags] : emission.by_value) spellings.insert(spellings.end(), flags.begin(), flags.end());
  return spellings;
}

ProbedParameter probed_parameter(const EngineParameter& row, const HelpTable& help) {
  ProbedParameter probed;
  probed.name = row.parameter.name;
  probed.default_value = row.parameter.default_value;
  if (!row.emission.variable.empty()) {
    probed.spelling = row.emission.variable;
    return probed;
  }
  const auto spellings = all_spellings(row.emission);
  const auto spelling = first_spelling(help, spellings);
  if (!spelling) {
    probed.takes_value = row.emission.by_value.empty();
    probed.lacking = lacking_text(help, spellings);
    return probed;
  }
  probed.spelling = spelling->flag;
  const bool bare = row.emission.boolean_when_no_hint && spelling->option->hint.empty();
  probed.takes_value = row.emission.by_value.empty() && !bare;
  if (bare) {
    probed.words = {"on", "off"};
  } else if (std::holds_alternative<Choices>(row.parameter.domain)) {
    probed.words = HelpTable::words(*spelling->option);
  }
  // The default beside "--no-x" may speak of the flag or of the thing: only that of the positive flag counts.
  const auto on = row.emission.by_value.find("on");
  const bool negative_only = on != row.emission.by_value.end() && !first_spelling(help, on->second);
  if (row.emission.default_from_help && !negative_only) {
    probed.default_value = help_default(row.parameter, *spelling->option).value_or(probed.default_value);
  }
  return probed;
}

std::string output_of(const EngineDescriptor& engine, const std::filesystem::path& binary,
                      const std::vector<std::string>& arguments, const InterruptFlag& interrupt) {
  LaunchPlan plan;
  plan.argv.push_back(binary.string());
  plan.argv.insert(plan.argv.end(), arguments.begin(), arguments.end());
  plan.environment = engine.launch.environment;
  std::erase_if(plan.environment, [](const auto& entry) { return entry.second.find("{port}") != std::string::npos; });
  plan.scrub_environment = engine.launch.scrub_environment;
  // Engines in Python import a whole framework first, and on a busy machine that takes its time.
  const CommandOutput output = run_command(plan, 6 * limits::probe_timeout, interrupt);
  const std::string command = shell_line(plan.argv, {});
  if (output.timed_out) throw Error{"\"" + command + "\" did not end in time", "run it by hand to see why"};
  if (output.exit_code != 0) {
    throw Error{"\"" + command + "\" ended with exit code " + std::to_string(output.exit_code) + ": " +
                    shortened(escape_control(output.output), 300),
                "run it by hand to see why, or name another binary with --binary"};
  }
  return output.output;
}

bool executable_file(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error) && ::access(path.c_str(), X_OK) == 0;
}

}  // namespace

}  // namespace sweetspot
