#include "run/recorded_table.hpp"

#include "core/error.hpp"
#include "core/statistics.hpp"
#include "core/text.hpp"
#include "run/ranking.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

namespace sweetspot {
namespace {

constexpr std::size_t rows_most = 1'000'000;
constexpr std::size_t columns_most = 200;
constexpr auto form = "the first line names a column for each parameter and a last one \"ms\"; see: sweetspot replay --help";
constexpr std::string_view time_column = "ms";

/// Fields of one line; a field in quotes may hold commas, and quotes written twice.
std::vector<std::string> fields(std::string_view line) {
  std::vector<std::string> found{""};
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
      found.back() += line[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      found.emplace_back();
    } else {
      found.back() += c;
    }
  }
  return found;
}

std::string quoted(const std::string& field) {
  if (field.find_first_of(",\"\n") == std::string::npos) return field;
  std::string out = "\"";
  for (const char c : field) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

/// The median of "3.5;3.6", or the word itself as a failure.
RecordedResult result_from(const std::string& field) {
  std::vector<double> samples;
  std::size_t begin = 0;
  while (begin <= field.size()) {
    const std::size_t end = std::min(field.find(';', begin), field.size());
    const double ms = number(parse_value(field.substr(begin, end - begin)));
    if (!(ms > 0)) return {.ms = std::nullopt, .failure = field};
    samples.push_back(ms);
    begin = end + 1;
  }
  return {.ms = median(samples), .failure = ""};
}

ValueIndex index_in(Axis& axis, const Value& value) {
  const auto place = std::ranges::find(axis.values, value);
  const auto index = static_cast<std::size_t>(place - axis.values.begin());
  if (index > std::numeric_limits<ValueIndex>::max())
    throw Error{fmt::format("{} has too many values", axis.parameter), "a table may have 65535 for a parameter"};
  if (place == axis.values.end()) axis.values.push_back(value);
  return static_cast<ValueIndex>(index);
}

/// Once the axes are known: the first row is the baseline, every parameter has it for its default.
void complete(RecordedTable& table) {
  SearchSpace& space = table.space;
  for (std::size_t axis = 0; axis < space.axes.size(); ++axis) {
    const Value& value = space.axes[axis].values[space.rows[axis]];
    space.baseline.values[space.axes[axis].parameter] = value;
    Parameter parameter;
    parameter.name = space.axes[axis].parameter;
    parameter.domain = Choices{};
    parameter.default_value = value;
    parameter.effect = Effect::none;
    space.parameters.push_back(std::move(parameter));
  }
}

void read_row(RecordedTable& table, std::string_view line, const std::string& place, std::set<std::vector<ValueIndex>>& seen) {
  const std::vector<std::string> row = fields(line);
  std::vector<Axis>& axes = table.space.axes;
  if (row.size() != axes.size() + 1)
    throw Error{fmt::format("{}: {} fields, and {} columns", place, row.size(), axes.size() + 1), form};
  if (table.results.size() == rows_most) throw Error{fmt::format("{}: more than {} rows", place, rows_most), "cut the table"};
  std::vector<ValueIndex> indices;
  for (std::size_t axis = 0; axis < axes.size(); ++axis) indices.push_back(index_in(axes[axis], parse_value(row[axis])));
  if (row.back().empty()) throw Error{fmt::format("{}: the time is missing", place), form};
  if (!seen.insert(indices).second)
    throw Error{fmt::format("{}: the configuration stands in the table twice", place), "join its times with \";\" in one row"};
  table.space.rows.insert(table.space.rows.end(), indices.begin(), indices.end());
  table.results.push_back(result_from(row.back()));
}

}  // namespace

RecordedTable read_table(std::string_view csv, const std::string& name) {
  RecordedTable table;
  table.name = name;
  std::set<std::vector<ValueIndex>> seen;
  std::size_t line_number = 0;
  while (!csv.empty()) {
    const std::size_t end = std::min(csv.find('\n'), csv.size());
    std::string_view line = csv.substr(0, end);
    csv.remove_prefix(std::min(end + 1, csv.size()));
    ++line_number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    const std::string place = fmt::format("{} line {}", escape_control(name), line_number);
    if (!table.space.axes.empty()) {
      read_row(table, line, place, seen);
      continue;
    }
    const std::vector<std::string> columns = fields(line);
    if (columns.size() < 2 || columns.size() > columns_most || columns.back() != time_column)
      throw Error{fmt::format("{} is no recorded table", place), form};
    const std::set<std::string> names(columns.begin(), columns.end());
    if (names.size() != columns.size() || names.contains(""))
      throw Error{fmt::format("{}: a column has no name of its own", place), form};
    for (std::size_t i = 0; i + 1 < columns.size(); ++i) table.space.axes.push_back({columns[i], {}});
  }
  if (table.results.empty()) throw Error{fmt::format("{} holds no configurations", escape_control(name)), form};
  complete(table);
  return table;
}

RecordedTable table_of(const Study& study) {
  RecordedTable table;
  table.name = study.id;
  std::set<std::string> names;
  for (const Trial& trial : study.trials) {
    for (const auto& [name, value] : trial.changed.values) names.insert(name);
  }
  for (const std::string& name : names) table.space.axes.push_back({name, {}});
  std::set<std::vector<ValueIndex>> seen;
  for (const Trial& trial : study.trials) {
    const bool failed = trial.failure && trial.failure->kind != FailureKind::interrupted;
    const bool rejected = trial.verdict && trial.verdict->outcome == Outcome::broken;
    const std::optional<double> score = search_score(trial);
    if (!failed && !rejected && !score) continue;
    std::vector<ValueIndex> row;
    const Config whole = merged(study.baseline, trial.config);
    for (Axis& axis : table.space.axes) {
      const auto value = whole.values.find(axis.parameter);
      row.push_back(index_in(axis, value == whole.values.end() ? Value{std::string{}} : value->second));
    }
    if (!seen.insert(row).second) continue;
    table.space.rows.insert(table.space.rows.end(), row.begin(), row.end());
    if (failed) {
      table.results.push_back({std::nullopt, std::string(to_string(trial.failure->kind))});
    } else if (rejected) {
      table.results.push_back({std::nullopt, "broken"});
    } else {
      table.results.push_back({*score * 1000, ""});
    }
  }
  if (table.space.axes.empty() || table.results.empty())
    throw Error{fmt::format("study {} has no trials beside the default", study.id), "replay one that has measured something"};
  complete(table);
  return table;
}

std::string csv_of(const RecordedTable& table) {
  std::string csv;
  for (const Axis& axis : table.space.axes) csv += quoted(axis.parameter) + ',';
  csv += std::string(time_column) + '\n';
  for (std::size_t i = 0; i < table.results.size(); ++i) {
    for (std::size_t axis = 0; axis < table.space.axes.size(); ++axis)
      csv += quoted(text(table.space.axes[axis].values[table.space.rows[i * table.space.axes.size() + axis]])) + ',';
    const RecordedResult& result = table.results[i];
    csv += (result.ms ? fmt::format("{}", *result.ms) : quoted(result.failure)) + '\n';
  }
  return csv;
}

double optimum_ms(const RecordedTable& table) {
  double best = std::numeric_limits<double>::infinity();
  for (const RecordedResult& result : table.results) best = std::min(best, result.ms.value_or(best));
  if (std::isinf(best)) throw Error{fmt::format("every configuration of {} failed", table.name), "replay another table"};
  return best;
}

}  // namespace sweetspot
