#include "core/error.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "run/recorded_table.hpp"
#include "run/table_builder.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <map>
#include <set>
#include <utility>

namespace sweetspot {
namespace {

using Json = nlohmann::ordered_json;

constexpr auto form = "give a T4 results file: \"results\", each with \"configuration\", \"invalidity\" and \"measurements\"";

/// What kept a configuration from a time, in T4's words: timeout, compile, runtime, correctness, constraints.
std::string invalidity_of(const std::string& failure) {
  static const std::map<std::string, std::string> known{{"timed_out", "timeout"},
                                                        {"broken", "correctness"},
                                                        {"unsupported", "constraints"},
                                                        {"CompilationFailedConfig", "compile"}};
  const auto found = known.find(failure);
  return found == known.end() ? "runtime" : found->second;
}

Json json_of(const Value& value) {
  return std::visit([](const auto& one) { return Json(one); }, value);
}

Value value_of(const Json& json, const std::string& place) {
  if (json.is_boolean()) return std::string(json.get<bool>() ? "on" : "off");
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number()) return json.get<double>();
  if (json.is_string()) return parse_value(json.get<std::string>());
  throw Error{fmt::format("{}: a value is neither a number nor a word", place), form};
}

/// The measurement of that name, or null.
Json measurement_named(const Json& result, const std::string& name) {
  for (const Json& one : result.value("measurements", Json::array())) {
    if (one.value("name", "") == name) return one;
  }
  return nullptr;
}

double ms_of(const Json& measurement, const std::string& place) {
  static const std::map<std::string, double> units{{"ms", 1}, {"", 1}, {"s", 1000}, {"us", 1e-3}};
  const auto unit = units.find(measurement.value("unit", ""));
  if (unit == units.end())
    throw Error{fmt::format("{}: the objective is in {}, and is no time", place, escape_control(measurement.value("unit", ""))),
                "give a file whose first objective is a time in ms, us or s"};
  const double ms = measurement["value"].get<double>() * unit->second;
  if (!(ms > 0) || !std::isfinite(ms)) throw Error{fmt::format("{}: {} ms is no time", place, ms), form};
  return ms;
}

RecordedResult result_of(const Json& result, const std::string& place) {
  const Json objectives = result.value("objectives", Json::array());
  const std::string objective = objectives.empty() ? "time" : objectives.front().get<std::string>();
  const Json measurement = measurement_named(result, objective);
  const bool has_value = measurement.is_object() && measurement.contains("value");
  const std::string invalidity = result.value("invalidity", "correct");
  if (invalidity != "correct") {
    const bool word = has_value && measurement["value"].is_string();
    return {.ms = std::nullopt, .failure = word ? measurement["value"].get<std::string>() : invalidity};
  }
  if (!has_value || !measurement["value"].is_number())
    throw Error{fmt::format("{}: no measurement is named {}", place, escape_control(objective)), form};
  return {.ms = ms_of(measurement, place), .failure = ""};
}

std::vector<std::string> parameters_of(const Json& results, const std::string& place) {
  std::vector<std::string> names;
  for (const auto& item : results.at(0).at("configuration").items()) names.push_back(item.key());
  if (names.empty()) throw Error{fmt::format("{}: a configuration without parameters", place), form};
  return names;
}

RecordedTable table_from(const Json& results, const std::string& name) {
  const std::vector<std::string> parameters = parameters_of(results, fmt::format("{} result 1", name));
  TableBuilder table(name, parameters);
  std::size_t number = 0;
  for (const Json& result : results) {
    const std::string place = fmt::format("{} result {}", name, ++number);
    const Json& configuration = result.at("configuration");
    std::vector<Value> values;
    for (const std::string& parameter : parameters) {
      if (!configuration.contains(parameter))
        throw Error{fmt::format("{}: {} is missing", place, escape_control(parameter)), form};
      values.push_back(value_of(configuration[parameter], place));
    }
    if (configuration.size() != parameters.size())
      throw Error{fmt::format("{}: {} parameters, and the first has {}", place, configuration.size(), parameters.size()), form};
    if (!table.add(values, result_of(result, place), place))
      throw Error{fmt::format("{}: the configuration stands in the table twice", place), "keep one result of each"};
  }
  return table.finished();
}

}  // namespace

RecordedTable read_t4(std::string_view json, const std::string& name) {
  const std::string shown = escape_control(name);
  try {
    const Json document = Json::parse(json);
    const Json& results = document.at("results");
    if (!results.is_array() || results.empty()) throw Error{fmt::format("{} holds no configurations", shown), form};
    RecordedTable table = table_from(results, shown);
    table.name = name;
    return table;
  } catch (const nlohmann::json::exception& error) {
    throw Error{fmt::format("{} is no T4 results file: {}", shown, escape_control(error.what())), form};
  }
}

std::string t4_of(const RecordedTable& table) {
  Json document;
  document["schema_version"] = "1.0.0";
  Json& results = document["results"] = Json::array();
  const std::size_t width = table.space.axes.size();
  for (std::size_t i = 0; i < table.results.size(); ++i) {
    const RecordedResult& recorded = table.results[i];
    Json result;
    result["configuration"] = Json::object();
    for (std::size_t axis = 0; axis < width; ++axis) {
      const Axis& one = table.space.axes[axis];
      result["configuration"][one.parameter] = json_of(one.values[table.space.rows[i * width + axis]]);
    }
    result["times"]["runtimes"] = recorded.ms ? Json::array({*recorded.ms}) : Json::array();
    result["invalidity"] = recorded.ms ? "correct" : invalidity_of(recorded.failure);
    result["correctness"] = result["invalidity"] == "correctness" ? 0 : 1;
    const Json value = recorded.ms ? Json(*recorded.ms) : Json(recorded.failure);
    result["measurements"] = Json::array({{{"name", "time"}, {"value", value}, {"unit", "ms"}}});
    result["objectives"] = Json::array({"time"});
    results.push_back(std::move(result));
  }
  return json_text(document, 1) + "\n";
}

}  // namespace sweetspot
