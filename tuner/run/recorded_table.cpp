#include "run/recorded_table.hpp"

#include "core/error.hpp"
#include "core/statistics.hpp"
#include "core/text.hpp"
#include "run/ranking.hpp"
#include "run/table_builder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

namespace sweetspot {
namespace {

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

void read_row(TableBuilder& table, std::size_t parameters, std::string_view line, const std::string& place) {
  const std::vector<std::string> row = fields(line);
  if (row.size() != parameters + 1)
    throw Error{fmt::format("{}: {} fields, and {} columns", place, row.size(), parameters + 1), form};
  if (row.back().empty()) throw Error{fmt::format("{}: the time is missing", place), form};
  std::vector<Value> values;
  values.reserve(parameters);
  for (std::size_t i = 0; i < parameters; ++i) values.push_back(parse_value(row[i]));
  if (!table.add(values, result_from(row.back()), place))
    throw Error{fmt::format("{}: the configuration stands in the table twice", place), "join its times with \";\" in one row"};
}

/// The names of the parameters' columns.
std::vector<std::string> read_header(std::string_view line, const std::string& place) {
  std::vector<std::string> columns = fields(line);
  if (columns.size() < 2 || columns.size() > columns_most || columns.back() != time_column)
    throw Error{fmt::format("{} is no recorded table", place), form};
  const std::set<std::string> names(columns.begin(), columns.end());
  if (names.size() != columns.size() || names.contains(""))
    throw Error{fmt::format("{}: a column has no name of its own", place), form};
  columns.pop_back();
  return columns;
}

}  // namespace

RecordedTable read_table(std::string_view csv, const std::string& name) {
  std::optional<TableBuilder> table;
  std::size_t parameters = 0;
  std::size_t line_number = 0;
  while (!csv.empty()) {
    const std::size_t end = std::min(csv.find('\n'), csv.size());
    std::string_view line = csv.substr(0, end);
    csv.remove_prefix(std::min(end + 1, csv.size()));
    ++line_number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    const std::string place = fmt::format("{} line {}", escape_control(name), line_number);
    if (table) {
      read_row(*table, parameters, line, place);
      continue;
    }
    const std::vector<std::string> columns = read_header(line, place);
    parameters = columns.size();
    table.emplace(name, columns);
  }
  RecordedTable read = table ? table->finished() : RecordedTable{};
  if (read.results.empty()) throw Error{fmt::format("{} holds no configurations", escape_control(name)), form};
  return read;
}

RecordedTable table_of(const Study& study) {
  std::set<std::string> names;
  for (const Trial& trial : study.trials) {
    for (const auto& [name, value] : trial.changed.values) names.insert(name);
  }
  TableBuilder table(study.id, {names.begin(), names.end()});
  for (const Trial& trial : study.trials) {
    const bool failed = trial.failure && trial.failure->kind != FailureKind::interrupted;
    const bool rejected = trial.verdict && trial.verdict->outcome == Outcome::broken;
    const std::optional<double> score = search_score(trial);
    if (!failed && !rejected && !score) continue;
    std::vector<Value> values;
    const Config whole = merged(study.baseline, trial.config);
    for (const std::string& name : names) {
      const auto value = whole.values.find(name);
      values.push_back(value == whole.values.end() ? Value{std::string{}} : value->second);
    }
    RecordedResult result;
    if (failed)
      result.failure = to_string(trial.failure->kind);
    else if (rejected)
      result.failure = "broken";
    else
      result.ms = *score * 1000;
    table.add(values, std::move(result), study.id);
  }
  RecordedTable recorded = table.finished();
  if (recorded.space.axes.empty() || recorded.results.empty())
    throw Error{fmt::format("study {} has no trials beside the default", study.id), "replay one that has measured something"};
  return recorded;
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
