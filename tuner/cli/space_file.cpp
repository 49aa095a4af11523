#include "cli/space_file.hpp"

#include "cli/parameter_arguments.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "core/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace sweetspot {

namespace {

using Json = nlohmann::ordered_json;

constexpr auto example = "write {\"parameters\": {\"draft_depth\": [0, 2, 4]}, \"fix\": {\"threads\": 4}}";

Value value_at(const Parameter& parameter, const Json& json, const std::string& place) {
  if (!json.is_primitive() || json.is_null()) throw Error{fmt::format("{}: a value is a text or a number", place), example};
  // As if it had been typed: "8" and 8, true and "on" are the same.
  const auto values = values_from(parameter, json.is_string() ? json.get<std::string>() : json.dump(), place);
  if (values.size() != 1) throw Error{fmt::format("{}: one value is expected", place), "write a list as an array"};
  return values.front();
}

Axis axis_at(const Parameter& parameter, const Json& json, const std::string& place) {
  Axis axis{parameter.name, {}};
  if (json.is_string()) axis.values = values_from(parameter, json.get<std::string>(), place);
  if (json.is_array())
    for (const auto& item : json) {
      auto value = value_at(parameter, item, place);
      if (std::find(axis.values.begin(), axis.values.end(), value) == axis.values.end()) axis.values.push_back(std::move(value));
    }
  if (axis.values.empty()) throw Error{fmt::format("{}: values are missing", place), example};
  return axis;
}

void require_object(const Json& json, const std::string& place) {
  if (!json.is_object()) throw Error{fmt::format("{}: an object is expected, not {}", place, json.type_name()), example};
}

}  // namespace

SpaceFile read_space(const EngineDescriptor& engine, const std::string& json_text, const std::string& origin) {
  const auto json = Json::parse(json_text, nullptr, false);
  if (json.is_discarded()) throw Error{fmt::format("{} is not JSON", origin), example};
  SpaceFile space;
  require_object(json, origin);
  for (const auto& [key, part] : json.items()) {
    const auto place = fmt::format("{}: /{}", origin, escape_control(key));
    if (key != "parameters" && key != "fix")
      throw Error{fmt::format("{} is not known", place), did_you_mean(key, {"parameters", "fix"}, example)};
    require_object(part, place);
    for (const auto& [name, value] : part.items()) {
      const auto& parameter = known_parameter(engine, name, place);
      const auto inner = fmt::format("{}/{}", place, name);
      if (key == "parameters")
        space.axes.push_back(axis_at(parameter, value, inner));
      else
        space.fixed.values[name] = value_at(parameter, value, inner);
    }
  }
  if (space.axes.empty()) throw Error{fmt::format("{} names no parameters to search", origin), example};
  return space;
}

}  // namespace sweetspot
