#include "core/search_space.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sweetspot {

namespace {

/// Combinations looked at in one enumeration, valid or not: some seconds of work.
constexpr std::size_t combinations_looked_at = 2'000'000;

const Value* baseline_value(const SearchSpace& space, const std::string& name) {
  const auto found = space.baseline.values.find(name);
  return found == space.baseline.values.end() ? nullptr : &found->second;
}

bool inactive(const SearchSpace& space, const Parameter& parameter, const Config& config) {
  const auto satisfied = [&](const Condition& condition) { return holds(condition, space.parameters, config); };
  return !std::ranges::all_of(parameter.active_when, satisfied);
}

/// The parameter has another value than in the baseline although it does nothing.
bool idle_change(const SearchSpace& space, const Parameter& parameter, const Config& config) {
  const auto given = config.values.find(parameter.name);
  if (given == config.values.end() || parameter.active_when.empty()) return false;
  const Value* usual = baseline_value(space, parameter.name);
  return !(usual && *usual == given->second) && inactive(space, parameter, config);
}

bool is_canonical(const SearchSpace& space, const Config& config) {
  return std::ranges::none_of(space.parameters,
                              [&](const Parameter& parameter) { return idle_change(space, parameter, config); });
}

/// An axis without its baseline value and without duplicates.
std::vector<Axis> changing_axes(const SearchSpace& space) {
  std::vector<Axis> axes;
  for (const Axis& axis : space.axes) {
    Axis changing{.parameter = axis.parameter, .values = {}};
    const Value* usual = baseline_value(space, axis.parameter);
    for (const Value& value : axis.values) {
      const bool known = (usual && *usual == value) || std::ranges::find(changing.values, value) != changing.values.end();
      if (!known) changing.values.push_back(value);
    }
    if (!changing.values.empty()) axes.push_back(std::move(changing));
  }
  return axes;
}

/// Depth-first over the choices of axes and values. Each configuration is met once: its canonical form is the only one
/// that is kept, and that is met under its own number of changes.
struct Enumeration {
  const SearchSpace& space;
  const std::vector<Axis> axes;
  const std::size_t limit;
  std::size_t looked_at = 0;
  std::vector<Config> found = {};

  bool full() const { return found.size() >= limit || looked_at >= combinations_looked_at; }

  void visit(Config& config, std::size_t first_axis, std::size_t changes_left) {
    if (full()) return;
    if (changes_left == 0) {
      ++looked_at;
      if (is_canonical(space, config) && !refusal(space, config)) found.push_back(config);
      return;
    }
    for (std::size_t i = first_axis; i + changes_left <= axes.size() && !full(); ++i) {
      const auto before = config.values.find(axes[i].parameter);
      const std::optional<Value> restored = before == config.values.end() ? std::nullopt : std::optional(before->second);
      for (const Value& value : axes[i].values) {
        config.values.insert_or_assign(axes[i].parameter, value);
        visit(config, i + 1, changes_left - 1);
      }
      if (restored) {
        config.values.insert_or_assign(axes[i].parameter, *restored);
      } else {
        config.values.erase(axes[i].parameter);
      }
    }
  }
};

/// Of a space that lists its configurations.
std::vector<Config> listed_with_changes(const SearchSpace& space, std::size_t changes, std::size_t limit) {
  const std::size_t width = space.axes.size();
  std::vector<Config> found;
  for (std::size_t start = 0; start < space.rows.size() && found.size() < limit; start += width) {
    Config config = space.baseline;
    std::size_t changed = 0;
    for (std::size_t axis = 0; axis < width; ++axis) {
      const Value& value = space.axes[axis].values[space.rows[start + axis]];
      const Value* usual = baseline_value(space, space.axes[axis].parameter);
      if (usual && *usual == value) continue;
      ++changed;
      config.values.insert_or_assign(space.axes[axis].parameter, value);
    }
    if (changed == changes) found.push_back(std::move(config));
  }
  return found;
}

}  // namespace

std::optional<std::string> refusal(const SearchSpace& space, const Config& config) {
  for (const Constraint& constraint : space.constraints) {
    const auto met = [&](const Condition& condition) { return holds(condition, space.parameters, config); };
    if (!constraint.when.empty() && std::ranges::all_of(constraint.when, met)) return constraint.reason;
  }
  return std::nullopt;
}

Config canonical(const SearchSpace& space, const Config& config) {
  Config result = config;
  // Setting one back may make another inactive; each round settles at least one of a chain.
  for (std::size_t round = 0; round <= space.parameters.size(); ++round) {
    bool settled = true;
    for (const Parameter& parameter : space.parameters) {
      if (!idle_change(space, parameter, result)) continue;
      const Value* usual = baseline_value(space, parameter.name);
      if (usual) {
        result.values.insert_or_assign(parameter.name, *usual);
      } else {
        result.values.erase(parameter.name);
      }
      settled = false;
    }
    if (settled) break;
  }
  return result;
}

std::vector<Config> configurations_with_changes(const SearchSpace& space, std::size_t changes, std::size_t limit) {
  if (!space.rows.empty()) return listed_with_changes(space, changes, limit);
  if (changes == 0) return limit == 0 ? std::vector<Config>{} : std::vector<Config>{space.baseline};
  Enumeration enumeration{.space = space, .axes = changing_axes(space), .limit = limit};
  Config config = space.baseline;
  enumeration.visit(config, 0, changes);
  return std::move(enumeration.found);
}

std::vector<Config> valid_configurations(const SearchSpace& space, std::size_t limit) {
  std::vector<Config> all;
  for (std::size_t changes = 0; changes <= space.axes.size() && all.size() < limit; ++changes) {
    auto level = configurations_with_changes(space, changes, limit - all.size());
    std::ranges::move(level, std::back_inserter(all));
  }
  return all;
}

}  // namespace sweetspot
