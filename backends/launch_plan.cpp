#include "backends/launch_plan.hpp"

#include "backends/emission.hpp"
#include "backends/speculation.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>

namespace sweetspot {

namespace {

enum class Purpose { measurement, person };

/// An argument vector in the making, or why there is none.
struct Assembled {
  std::vector<std::string> argv;
  std::map<std::string, std::string> environment;
  nlohmann::ordered_json request = nlohmann::ordered_json::object();
  std::optional<Refusal> refusal;
};

struct LaunchContext {
  const EngineDescriptor& engine;
  const EngineProbe& probe;
  const ModelIdentity& model;
  const LaunchInputs& inputs;
};

Assembled assembled(const LaunchContext& context, const Config& config, Purpose purpose);
std::string quoted(const std::string& argument, std::string_view safe);

}  // namespace

LaunchPlan launch_plan(const EngineDescriptor& engine, const EngineProbe& probe, const Config& config, const ModelIdentity& model,
                       const LaunchInputs& inputs) {
  auto result = assembled({engine, probe, model, inputs}, config, Purpose::measurement);
  if (result.refusal) throw Error{result.refusal->reason, result.refusal->hint};
  result.environment.insert(engine.launch.environment.begin(), engine.launch.environment.end());
  return {std::move(result.argv), std::move(result.environment), engine.launch.scrub_environment,
          result.request.empty() ? "" : result.request.dump(), inputs.model};
}

Command launch_command(const EngineDescriptor& engine, const EngineProbe& probe, const Config& config, const ModelIdentity& model,
                       const LaunchInputs& inputs) {
  auto result = assembled({engine, probe, model, inputs}, config, Purpose::person);
  if (result.refusal) throw Error{result.refusal->reason, result.refusal->hint};
  Command command;
  command.argv = std::move(result.argv);
  command.environment = std::move(result.environment);
  command.shell = shell_line(command.argv, command.environment);
  return command;
}

std::optional<std::string> unsupported_reason(const EngineDescriptor& engine, const EngineProbe& probe, const Config& config,
                                              const ModelIdentity& model, const LaunchInputs& inputs) {
  const auto result = assembled({engine, probe, model, inputs}, config, Purpose::measurement);
  if (!result.refusal) return std::nullopt;
  return result.refusal->reason + (result.refusal->hint.empty() ? "" : "; " + result.refusal->hint);
}

std::string shell_line(const std::vector<std::string>& argv, const std::map<std::string, std::string>& environment) {
  constexpr std::string_view safe = "_@%+:,./-";
  std::string line;
  for (const auto& [name, value] : environment) line += name + "=" + quoted(value, safe) + " ";
  for (std::size_t i = 0; i < argv.size(); ++i) {
    // A first word with "=" would be an assignment.
    if (i > 0) line += ' ';
    line += quoted(argv[i], i == 0 ? safe : "_@%+:,./-=");
  }
  return line;
}

namespace {

/// Every value as its parameter means it.
std::optional<Refusal> check_values(const EngineDescriptor& engine, Config& config) {
  for (auto& [name, value] : config.values) {
    const EngineParameter* row = find_parameter(engine, name);
    if (row == nullptr) {
      std::vector<std::string> names;
      names.reserve(engine.parameters.size());
      for (const EngineParameter& known : engine.parameters) names.push_back(known.parameter.name);
      return Refusal{"\"" + name + "\" is no parameter of " + engine.name,
                     did_you_mean(name, names, "list them with: sweetspot engines " + engine.name)};
    }
    try {
      value = checked_value(row->parameter, value);
    } catch (const Error& error) {
      return Refusal{error.what(), error.hint()};
    }
  }
  return std::nullopt;
}

std::optional<Refusal> broken_constraint(const LaunchContext& context, const ResolvedSpeculation& resolved) {
  const auto parameters = binary_parameters(context.engine, context.probe);
  Config config = resolved.config;
  // Plain decoding has no depth; a kind without a depth runs at its own.
  const EngineParameter* depth = find_parameter(context.engine, "draft_depth");
  if (depth != nullptr && resolved.kind.empty()) config.values["draft_depth"] = std::int64_t{0};
  if (depth != nullptr && !config.values.contains("draft_depth")) {
    const auto spelling = active_spelling(context.engine, context.probe, *depth, config);
    const auto value = spelling ? help_default(depth->parameter, *spelling->option) : std::nullopt;
    if (value) config.values["draft_depth"] = *value;
  }
  for (const Constraint& constraint : context.engine.constraints) {
    const bool broken =
        std::ranges::all_of(constraint.when, [&](const Condition& condition) { return holds(condition, parameters, config); });
    if (broken) return Refusal{constraint.reason, {}};
  }
  return std::nullopt;
}

/// "--new|--old": the spellings of a group's flag.
std::vector<std::string> group_spellings(const std::string& flag) {
  std::vector<std::string> spellings;
  std::size_t begin = 0;
  while (begin <= flag.size()) {
    const auto end = std::min(flag.find('|', begin), flag.size());
    spellings.push_back(flag.substr(begin, end - begin));
    begin = end + 1;
  }
  return spellings;
}

bool written_by_parameter(const EngineDescriptor& engine, const Config& config, const std::vector<std::string>& spellings) {
  return std::ranges::any_of(engine.parameters, [&](const EngineParameter& row) {
    if (!config.values.contains(row.parameter.name)) return false;
    return std::ranges::any_of(row.emission.spellings,
                               [&](const std::string& flag) { return std::ranges::find(spellings, flag) != spellings.end(); });
  });
}

/// Puts a value in the place of "{name}"; false when the value is empty.
bool filled(std::string& element, const std::string& placeholder, const std::string& value) {
  const auto at = element.find(placeholder);
  if (at == std::string::npos) return true;
  element.replace(at, placeholder.size(), value);
  return !value.empty();
}

void add_group(const LaunchContext& context, const Config& config, const std::vector<std::string>& group, Assembled& to) {
  const auto spellings = group_spellings(group.front());
  if (written_by_parameter(context.engine, config, spellings)) return;
  const bool positional = !group.front().starts_with('-');
  const auto spelling = positional ? std::optional(Spelling{}) : first_spelling(context.probe.help, spellings);
  if (!spelling) {
    const bool needed =
        std::ranges::any_of(group, [](const std::string& element) { return element == "{model}" || element == "{port}"; });
    if (needed) {
      to.refusal = Refusal{binary_name(context.engine, context.probe) + " has no flag " + group.front(),
                           "check that the binary is what the descriptor describes"};
    }
    return;
  }
  std::vector<std::string> elements(group.begin() + (positional ? 0 : 1), group.end());
  const std::string context_tokens = context.inputs.context > 0 ? std::to_string(context.inputs.context) : "";
  for (std::string& element : elements) {
    const bool all = filled(element, "{model}", context.inputs.model) && filled(element, "{context}", context_tokens) &&
                     filled(element, "{draft_model}", context.inputs.draft_model);
    if (!all) return;
  }
  if (!positional) to.argv.push_back(spelling->flag);
  to.argv.insert(to.argv.end(), elements.begin(), elements.end());
}

nlohmann::ordered_json request_value(const Parameter& parameter, const Value& value) {
  if (std::holds_alternative<Toggle>(parameter.domain)) return text(value) == "on";
  return std::visit([](const auto& held) { return nlohmann::ordered_json(held); }, value);
}

void add_parameters(const LaunchContext& context, const ResolvedSpeculation& resolved, Purpose purpose, Assembled& to) {
  std::map<std::string, std::pair<std::string, std::string>> seen;  // flag -> value, parameter
  for (const EngineParameter& row : context.engine.parameters) {
    const std::string& name = row.parameter.name;
    if (name == "spec_type") {
      to.argv.insert(to.argv.end(), resolved.kind_arguments.begin(), resolved.kind_arguments.end());
      continue;
    }
    const auto result = written(context.engine, context.probe, row, resolved.config);
    if (result.refusal) {
      to.refusal = result.refusal;
      return;
    }
    to.environment.insert(result.environment.begin(), result.environment.end());
    if (result.arguments.empty()) continue;
    if (!row.request_field.empty() && purpose == Purpose::measurement) {
      to.request[row.request_field] = request_value(row.parameter, resolved.config.values.at(name));
      continue;
    }
    const auto& flag = result.arguments.front();
    const auto [same, first] = seen.try_emplace(flag, result.arguments.back(), name);
    if (!first && same->second.first != result.arguments.back()) {
      to.refusal = Refusal{fmt::format("{} and {} are the same flag here ({}) and differ", name, same->second.second, flag),
                           "set only one of them"};
      return;
    }
    if (first) to.argv.insert(to.argv.end(), result.arguments.begin(), result.arguments.end());
  }
}

Assembled assembled(const LaunchContext& context, const Config& config, Purpose purpose) {
  const auto& launch = context.engine.launch;
  Assembled result;
  if (!can_launch(context.engine)) {
    result.refusal = Refusal{context.engine.name + " is only asked where it already runs", "name the server with --url"};
    return result;
  }
  Config checked = config;
  result.refusal = check_values(context.engine, checked);
  if (result.refusal) return result;
  const auto resolved = resolved_speculation(context.engine, context.probe, checked, context.model, context.inputs);
  result.refusal = resolved.refusal ? resolved.refusal : broken_constraint(context, resolved);
  if (result.refusal) return result;
  result.argv.push_back(context.probe.binary.empty() ? context.engine.identity.executables.front()
                                                     : context.probe.binary.string());
  for (const auto& group : launch.arguments) add_group(context, checked, group, result);
  if (!result.refusal) add_parameters(context, resolved, purpose, result);
  if (resolved.uses_draft_model) {
    for (const auto& group : launch.draft_model) add_group(context, checked, group, result);
  }
  if (purpose == Purpose::measurement) {
    for (const auto& group : launch.measurement_only) add_group(context, checked, group, result);
  }
  result.argv.insert(result.argv.end(), context.inputs.extra_arguments.begin(), context.inputs.extra_arguments.end());
  return result;
}

std::string quoted(const std::string& argument, std::string_view safe) {
  const bool plain = !argument.empty() && std::ranges::all_of(argument, [&](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return letter || safe.find(c) != std::string_view::npos;
  });
  if (plain) return argument;
  std::string text = "'";
  for (const char c : argument) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

}  // namespace

}  // namespace sweetspot
