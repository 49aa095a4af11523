#include "cli/parameter_arguments.hpp"

#include "core/error.hpp"
#include "core/parameter.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <variant>

namespace sweetspot {

namespace {

/// More values than anybody measures: a slip of the pen such as 1..1000000.
constexpr std::size_t values_max = 1000;

/// A step that is written in decimals may miss the upper end by a rounding error.
constexpr double step_slack = 1e-9;

struct NameAndText {
  std::string name;
  std::optional<std::string> text;  ///< after "="; nothing without one
};

NameAndText split(const std::string& argument);
std::vector<std::string> items(std::string_view values);
std::vector<Value> range(const std::string& item, const std::string& place);
Value checked(const Parameter& parameter, const Value& value, const std::string& place);
std::vector<Value> all_values(const Parameter& parameter, const std::string& place);

}  // namespace

std::vector<Axis> axes_from(const EngineDescriptor& engine, const std::vector<std::string>& arguments,
                            const DefaultValues& defaults) {
  std::vector<Axis> axes;
  for (const auto& argument : arguments) {
    const auto [name, text] = split(argument);
    const auto place = fmt::format("--param {}", escape_control(name));
    const auto& parameter = known_parameter(engine, name, "--param");
    if (std::any_of(axes.begin(), axes.end(), [&parameter](const Axis& axis) { return axis.parameter == parameter.name; }))
      throw Error{fmt::format("{} is given twice", place), "give all its values at once, separated by commas"};
    if (text) {
      axes.push_back({name, values_from(parameter, *text, place)});
      continue;
    }
    const auto known = defaults.find(name);
    axes.push_back({name, known != defaults.end() && !known->second.empty() ? known->second : all_values(parameter, place)});
  }
  return axes;
}

std::vector<std::string> words_given(const std::vector<std::string>& arguments, std::string_view name) {
  std::vector<std::string> words;
  for (const auto& argument : arguments) {
    const auto given = split(argument);
    if (given.name != name || !given.text) continue;
    for (auto& word : items(*given.text)) words.push_back(std::move(word));
  }
  return words;
}

Config config_from(const EngineDescriptor& engine, const std::vector<std::string>& arguments, std::string_view option) {
  Config config;
  for (const auto& argument : arguments) {
    const auto [name, text] = split(argument);
    if (!text || text->empty())
      throw Error{fmt::format("{} {}: the value is missing", option, escape_control(argument)),
                  fmt::format("write {} NAME=VALUE", option)};
    const auto& parameter = known_parameter(engine, name, std::string{option});
    const auto place = fmt::format("{} {}", option, name);
    if (config.values.contains(name)) throw Error{fmt::format("{} is given twice", place), "give it once"};
    config.values[name] = checked(parameter, parse_value(*text), place);
  }
  return config;
}

std::vector<std::string> excluded_names(const EngineDescriptor& engine, const std::vector<std::string>& arguments) {
  std::vector<std::string> names;
  for (const auto& argument : arguments)
    for (const auto& name : items(argument)) names.push_back(known_parameter(engine, name, "--exclude").name);
  return names;
}

std::vector<Value> values_from(const Parameter& parameter, std::string_view values, const std::string& place) {
  std::vector<Value> result;
  for (const auto& item : items(values)) {
    if (item.empty()) throw Error{fmt::format("{}: a value is empty", place), "write NAME=a,b,c or NAME=lo..hi:step"};
    auto of_item = range(item, place);
    if (of_item.empty()) of_item.push_back(parse_value(item));
    for (const auto& value : of_item) {
      auto good = checked(parameter, value, place);
      if (std::find(result.begin(), result.end(), good) == result.end()) result.push_back(std::move(good));
    }
    if (result.size() > values_max)
      throw Error{fmt::format("{}: more than {} values", place, values_max), "take a larger step, as in 1..64:8"};
  }
  return result;
}

const Parameter& known_parameter(const EngineDescriptor& engine, const std::string& name, const std::string& place) {
  if (const auto* found = find_parameter(engine, name)) return found->parameter;
  std::vector<std::string> names;
  for (const auto& row : engine.parameters) names.push_back(row.parameter.name);
  throw Error{fmt::format("{}: {} has no parameter '{}'", place, engine.name, escape_control(name)),
              did_you_mean(name, names, fmt::format("see: sweetspot engines {}", engine.name))};
}

namespace {

NameAndText split(const std::string& argument) {
  const auto equals = argument.find('=');
  if (equals == std::string::npos) return {argument, std::nullopt};
  return {argument.substr(0, equals), argument.substr(equals + 1)};
}

/// Parts between commas; "\," is a comma and "\\" a backslash of the part.
std::vector<std::string> items(std::string_view values) {
  std::vector<std::string> parts{""};
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool escape = values[i] == '\\' && i + 1 < values.size() && (values[i + 1] == ',' || values[i + 1] == '\\');
    if (escape)
      parts.back() += values[++i];
    else if (values[i] == ',')
      parts.emplace_back();
    else
      parts.back() += values[i];
  }
  return parts;
}

bool is_number(const Value& value) { return !std::holds_alternative<std::string>(value); }

/// The values of "lo..hi[:step]"; none when the item is not of this form, as a word with dots in it.
std::vector<Value> range(const std::string& item, const std::string& place) {
  const auto dots = item.find("..");
  if (dots == std::string::npos) return {};
  const auto colon = item.find(':', dots);
  const auto low = parse_value(item.substr(0, dots));
  const auto high = parse_value(item.substr(dots + 2, colon == std::string::npos ? colon : colon - dots - 2));
  const auto step = colon == std::string::npos ? Value{std::int64_t{1}} : parse_value(item.substr(colon + 1));
  if (!is_number(low) || !is_number(high)) return {};
  if (!is_number(step) || !(number(step) > 0))
    throw Error{fmt::format("{}: the step of '{}' is not above 0", place, escape_control(item)),
                "write lo..hi:step, as in 2..16:2"};
  if (number(high) < number(low))
    throw Error{fmt::format("{}: '{}' ends below its start", place, escape_control(item)), "write the smaller number first"};
  const double steps = std::floor((number(high) - number(low)) / number(step) + step_slack);
  if (!(steps < static_cast<double>(values_max)))
    throw Error{fmt::format("{}: '{}' has more than {} values", place, escape_control(item), values_max), "take a larger step"};
  const bool whole = std::holds_alternative<std::int64_t>(low) && std::holds_alternative<std::int64_t>(step);
  std::vector<Value> values;
  for (std::int64_t i = 0; i <= static_cast<std::int64_t>(steps); ++i) {
    if (whole)
      values.emplace_back(std::get<std::int64_t>(low) + i * std::get<std::int64_t>(step));
    else
      values.push_back(parse_value(fmt::format("{:.10g}", number(low) + static_cast<double>(i) * number(step))));
  }
  return values;
}

Value checked(const Parameter& parameter, const Value& value, const std::string& place) {
  try {
    return checked_value(parameter, value);
  } catch (const Error& error) {
    throw Error{fmt::format("{}: {}", place, error.what()), error.hint()};
  }
}

std::vector<Value> all_values(const Parameter& parameter, const std::string& place) {
  std::vector<Value> values;
  if (std::holds_alternative<Toggle>(parameter.domain)) values = {Value{"off"}, Value{"on"}};
  if (const auto* choices = std::get_if<Choices>(&parameter.domain))
    for (const auto& word : choices->words) values.push_back(parse_value(word));
  if (values.empty())
    throw Error{fmt::format("{}: there are no usual values to try ({})", place, domain_text(parameter.domain)),
                fmt::format("name them: {}=a,b,c or {}=lo..hi:step", place, place)};
  return values;
}

}  // namespace

}  // namespace sweetspot
