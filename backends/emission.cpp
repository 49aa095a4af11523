#include "backends/emission.hpp"

#include "core/error.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace sweetspot {

namespace {

bool all_hold(const std::vector<Condition>& conditions, const std::vector<Parameter>& parameters, const Config& config) {
  return std::ranges::all_of(conditions, [&](const Condition& condition) { return holds(condition, parameters, config); });
}

Written refused(const std::string& reason, const std::string& hint) { return {{}, {}, Refusal{reason, hint}}; }

Written flag(std::vector<std::string> arguments) { return {std::move(arguments), {}, std::nullopt}; }

std::string setting(const EngineParameter& row, const Value& value) { return row.parameter.name + "=" + text(value); }

const Emission::Alternative* active_alternative(const Emission& emission, const std::vector<Parameter>& parameters,
                                                const Config& config) {
  const auto found = std::ranges::find_if(
      emission.alternatives, [&](const auto& alternative) { return all_hold(alternative.when, parameters, config); });
  return found == emission.alternatives.end() ? nullptr : &*found;
}

const std::vector<std::string>& active_spellings(const Emission& emission, const std::vector<Parameter>& parameters,
                                                 const Config& config) {
  const auto* alternative = active_alternative(emission, parameters, config);
  return alternative != nullptr ? alternative->spellings : emission.spellings;
}

bool at_default(const EngineProbe& probe, const std::string& name, const Config& config) {
  const auto given = config.values.find(name);
  const ProbedParameter* probed = probe.find(name);
  return given == config.values.end() || (probed != nullptr && text(given->second) == text(probed->default_value));
}

/// Whether the server would do the same without the flag: by the help, or by what was read back from it.
bool needs_no_flag(const EngineProbe& probe, const EngineParameter& row, const Config& config, const Value& value,
                   const std::optional<Spelling>& spelling) {
  const Emission& emission = row.emission;
  if (emission.default_from_help && emission.by_value.empty() && spelling) {
    const auto unasked = help_default(row.parameter, *spelling->option);
    if (unasked && text(*unasked) == text(value)) return true;
  }
  // Each kind of speculation has defaults of its own, which only the help of its own flag tells.
  const bool other_flag = spelling && std::ranges::find(emission.spellings, spelling->flag) == emission.spellings.end();
  if (other_flag) return false;
  const bool followed = emission.default_follows.empty() || at_default(probe, emission.default_follows, config);
  const ProbedParameter* probed = probe.find(row.parameter.name);
  return followed && text(value) == text(probed != nullptr ? probed->default_value : row.parameter.default_value);
}

/// The value, or what the descriptor writes in its place.
std::string written_text(const Emission& emission, const Value& value) {
  auto form = emission.written_as.find(text(value));
  if (form == emission.written_as.end()) form = emission.written_as.find("*");
  if (form == emission.written_as.end()) return text(value);
  std::string result = form->second;
  constexpr std::string_view place = "{value}";
  if (const auto at = result.find(place); at != std::string::npos) result.replace(at, place.size(), text(value));
  return result;
}

std::string lacking_reason(const EngineDescriptor& engine, const EngineProbe& probe, const EngineParameter& row) {
  const ProbedParameter* probed = probe.find(row.parameter.name);
  const std::string why = probed != nullptr && !probed->lacking.empty() ? " (" + probed->lacking + ")" : "";
  return binary_name(engine, probe) + " has no flag for " + row.parameter.name + why;
}

/// A value that is a flag of its own.
Written flag_of_value(const EngineDescriptor& engine, const EngineProbe& probe, const EngineParameter& row, const Value& value) {
  const auto spellings = row.emission.by_value.find(text(value));
  if (spellings == row.emission.by_value.end()) return refused("there is no flag for " + setting(row, value), "leave it out");
  if (spellings->second.empty()) return {};
  if (const auto spelling = first_spelling(probe.help, spellings->second)) return flag({spelling->flag});
  return refused(lacking_reason(engine, probe, row), "leave " + row.parameter.name + " out, or use another build");
}

}  // namespace

Written written(const EngineDescriptor& engine, const EngineProbe& probe, const EngineParameter& row, const Config& config) {
  const auto given = config.values.find(row.parameter.name);
  const auto parameters = binary_parameters(engine, probe);
  if (given == config.values.end() || !all_hold(row.emission.when, parameters, config)) return {};
  const Value& value = given->second;
  const auto& spellings = active_spellings(row.emission, parameters, config);
  const auto spelling = first_spelling(probe.help, spellings);
  if (needs_no_flag(probe, row, config, value, spelling)) return {};
  if (!row.emission.variable.empty()) return {{}, {{row.emission.variable, written_text(row.emission, value)}}, std::nullopt};
  if (!row.emission.by_value.empty()) return flag_of_value(engine, probe, row, value);
  if (spellings.empty()) return {};
  if (!spelling) return refused(lacking_reason(engine, probe, row), "leave " + row.parameter.name + " out, or use another build");
  if (row.emission.boolean_when_no_hint && spelling->option->hint.empty()) {
    if (text(value) == "on") return flag({spelling->flag});
    if (text(value) == "off") return {};
    return refused(binary_name(engine, probe) + " does not know " + setting(row, value), "it accepts on, off");
  }
  const auto words = HelpTable::words(*spelling->option);
  const bool worded = std::holds_alternative<Choices>(row.parameter.domain) && !words.empty();
  if (worded && std::ranges::find(words, text(value)) == words.end()) {
    return refused(binary_name(engine, probe) + " does not know " + setting(row, value), "it accepts " + listed(words));
  }
  return flag({spelling->flag, written_text(row.emission, value)});
}

std::optional<Spelling> first_spelling(const HelpTable& help, const std::vector<std::string>& spellings) {
  for (const std::string& flag : spellings) {
    if (const HelpOption* option = help.find(flag)) return Spelling{flag, option};
  }
  return std::nullopt;
}

std::optional<Spelling> active_spelling(const EngineDescriptor& engine, const EngineProbe& probe, const EngineParameter& row,
                                        const Config& config) {
  return first_spelling(probe.help, active_spellings(row.emission, binary_parameters(engine, probe), config));
}

std::vector<Parameter> binary_parameters(const EngineDescriptor& engine, const EngineProbe& probe) {
  std::vector<Parameter> parameters;
  for (const EngineParameter& row : engine.parameters) {
    parameters.push_back(row.parameter);
    if (const ProbedParameter* probed = probe.find(row.parameter.name)) parameters.back().default_value = probed->default_value;
  }
  return parameters;
}

std::string binary_name(const EngineDescriptor& engine, const EngineProbe& probe) {
  return probe.version.empty() ? engine.name : engine.name + " " + probe.version;
}

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace sweetspot
