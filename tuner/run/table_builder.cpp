#include "run/table_builder.hpp"

#include "core/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace sweetspot {
namespace {

constexpr std::size_t rows_most = 1'000'000;

ValueIndex index_in(Axis& axis, const Value& value) {
  const auto place = std::ranges::find(axis.values, value);
  const auto index = static_cast<std::size_t>(place - axis.values.begin());
  if (index > std::numeric_limits<ValueIndex>::max())
    throw Error{fmt::format("{} has too many values", axis.parameter), "a table may have 65535 for a parameter"};
  if (place == axis.values.end()) axis.values.push_back(value);
  return static_cast<ValueIndex>(index);
}

}  // namespace

TableBuilder::TableBuilder(const std::string& name, const std::vector<std::string>& parameters) {
  table_.name = name;
  for (const std::string& parameter : parameters) table_.space.axes.push_back({parameter, {}});
}

bool TableBuilder::add(const std::vector<Value>& values, RecordedResult result, const std::string& place) {
  if (table_.results.size() == rows_most)
    throw Error{fmt::format("{}: more than {} configurations", place, rows_most), "cut the table"};
  std::vector<ValueIndex> row;
  row.reserve(values.size());
  for (std::size_t axis = 0; axis < values.size(); ++axis) row.push_back(index_in(table_.space.axes[axis], values[axis]));
  if (!seen_.insert(row).second) return false;
  table_.space.rows.insert(table_.space.rows.end(), row.begin(), row.end());
  table_.results.push_back(std::move(result));
  return true;
}

RecordedTable TableBuilder::finished() {
  SearchSpace& space = table_.space;
  for (std::size_t axis = 0; axis < space.axes.size() && !space.rows.empty(); ++axis) {
    const Value& value = space.axes[axis].values[space.rows[axis]];
    space.baseline.values[space.axes[axis].parameter] = value;
    Parameter parameter;
    parameter.name = space.axes[axis].parameter;
    parameter.domain = Choices{};
    parameter.default_value = value;
    parameter.effect = Effect::none;
    space.parameters.push_back(std::move(parameter));
  }
  return std::move(table_);
}

}  // namespace sweetspot
