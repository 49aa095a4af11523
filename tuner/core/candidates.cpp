#include "core/candidates.hpp"

#include "core/rng.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace sweetspot {

namespace {

/// Prefixes looked at in one enumeration: about a second of work. What is left over then is sampled.
constexpr std::size_t prefixes_looked_at = 20'000'000;
/// Draws for one candidate before a space is taken for nearly empty.
constexpr std::size_t draws_per_candidate = 50;

/// Of a larger space: enough for a surrogate to choose among (search.md).
constexpr std::size_t sampled = 50'000;

/// A condition, or its contrary, worked out for every pair of values that it looks at.
struct Term {
  std::size_t first = 0;   ///< axis
  std::size_t second = 0;  ///< axis; the same for a condition on one parameter
  std::size_t stride = 1;
  std::vector<char> truth;

  bool holds(std::span<const ValueIndex> row) const {
    return truth[row[first] * stride + (stride > 1 ? row[second] : ValueIndex{0})] != 0;
  }
};

/// Excluded: the rows for which every term holds.
struct Rule {
  std::vector<Term> terms;

  bool excludes(std::span<const ValueIndex> row) const {
    return std::ranges::all_of(terms, [&](const Term& term) { return term.holds(row); });
  }
};

struct Rules {
  std::vector<std::vector<Rule>> by_last_axis;  ///< a rule stands where the last of its axes gets its value
  bool none_valid = false;

  bool excluded(std::span<const ValueIndex> row, std::size_t last_axis) const {
    return std::ranges::any_of(by_last_axis[last_axis], [&](const Rule& rule) { return rule.excludes(row); });
  }
  bool valid(std::span<const ValueIndex> row) const {
    if (none_valid) return false;
    for (std::size_t axis = 0; axis < by_last_axis.size(); ++axis) {
      if (excluded(row, axis)) return false;
    }
    return true;
  }
};

enum class Wanted { holds, fails };

class RuleMaker {
public:
  RuleMaker(const SearchSpace& space, const std::vector<Axis>& axes) : space_(space), axes_(axes) {
    rules_.by_last_axis.resize(axes.size());
  }

  Rules made() {
    for (const Constraint& constraint : space_.constraints) {
      if (constraint.when.empty()) continue;
      begin();
      for (const Condition& condition : constraint.when) add(condition, Wanted::holds);
      end();
    }
    for (const Parameter& parameter : space_.parameters) {
      // Changed although it does nothing: not canonical.
      for (const Condition& condition : parameter.active_when) {
        begin();
        add_changed(parameter.name);
        add(condition, Wanted::fails);
        end();
      }
    }
    return std::move(rules_);
  }

private:
  void begin() {
    rule_ = {};
    last_axis_ = 0;
    never_ = false;
  }

  void end() {
    if (never_) return;
    if (rule_.terms.empty()) {
      rules_.none_valid = true;
    } else {
      rules_.by_last_axis[last_axis_].push_back(std::move(rule_));
    }
  }

  std::size_t axis_of(const std::string& name) const {
    return static_cast<std::size_t>(std::ranges::find(axes_, name, &Axis::parameter) - axes_.begin());
  }

  void add(const Condition& condition, Wanted wanted) {
    std::size_t first = axis_of(condition.parameter);
    std::size_t second = condition.other.empty() ? axes_.size() : axis_of(condition.other);
    if (first == axes_.size()) std::swap(first, second);
    Config config = space_.baseline;
    const auto as_wanted = [&] { return holds(condition, space_.parameters, config) == (wanted == Wanted::holds); };
    if (first == axes_.size()) {
      never_ = never_ || !as_wanted();
      return;
    }
    if (second == axes_.size()) second = first;
    Term term{.first = first, .second = second, .stride = first == second ? 1 : axes_[second].values.size(), .truth = {}};
    for (const Value& value : axes_[first].values) {
      config.values.insert_or_assign(axes_[first].parameter, value);
      for (std::size_t j = 0; j < term.stride; ++j) {
        if (first != second) config.values.insert_or_assign(axes_[second].parameter, axes_[second].values[j]);
        term.truth.push_back(as_wanted() ? 1 : 0);
      }
    }
    put(std::move(term));
  }

  void add_changed(const std::string& name) {
    const std::size_t axis = axis_of(name);
    if (axis == axes_.size()) {  // held at the baseline's value
      never_ = true;
      return;
    }
    const auto usual = space_.baseline.values.find(name);
    Term term{.first = axis, .second = axis, .stride = 1, .truth = {}};
    for (const Value& value : axes_[axis].values)
      term.truth.push_back(usual == space_.baseline.values.end() || usual->second != value ? 1 : 0);
    put(std::move(term));
  }

  void put(Term term) {
    last_axis_ = std::max({last_axis_, term.first, term.second});
    rule_.terms.push_back(std::move(term));
  }

  const SearchSpace& space_;
  const std::vector<Axis>& axes_;
  Rules rules_;
  Rule rule_;
  std::size_t last_axis_ = 0;
  bool never_ = false;
};

/// Each value once, the baseline's among them; those that a space lists by rows keep their indices.
std::vector<Axis> complete_axes(const SearchSpace& space) {
  std::vector<Axis> axes;
  for (const Axis& axis : space.axes) {
    Axis complete{.parameter = axis.parameter, .values = {}};
    const auto add = [&](const Value& value) {
      if (std::ranges::find(complete.values, value) == complete.values.end()) complete.values.push_back(value);
    };
    std::ranges::for_each(axis.values, add);
    const auto usual = space.baseline.values.find(axis.parameter);
    if (usual != space.baseline.values.end()) add(usual->second);
    axes.push_back(std::move(complete));
  }
  return axes;
}

/// Depth-first; false when it met its limits before the end.
bool enumerate(const Rules& rules, Candidates& all, std::size_t limit) {
  const std::size_t depth = all.axes.size();
  std::vector<ValueIndex> row(depth, 0);
  std::size_t axis = 0;
  std::size_t looked_at = 0;
  if (rules.none_valid) return true;
  if (depth == 0) {
    all.size = limit > 0 ? 1 : 0;
    return limit > 0;
  }
  while (true) {
    const bool exhausted = row[axis] >= all.axes[axis].values.size();
    if (exhausted) {
      if (axis == 0) return true;
      row[axis] = 0;
      ++row[--axis];
      continue;
    }
    if (++looked_at > prefixes_looked_at) return false;
    if (rules.excluded(row, axis)) {
      ++row[axis];
    } else if (axis + 1 < depth) {
      ++axis;
    } else {
      if (all.size == limit) return false;
      all.indices.insert(all.indices.end(), row.begin(), row.end());
      ++all.size;
      ++row[axis];
    }
  }
}

/// Rows drawn uniformly, each once, the baseline first.
void draw(const Rules& rules, Candidates& all, std::size_t count, Rng rng) {
  const std::size_t width = all.axes.size();
  all.indices = all.baseline;
  std::vector<ValueIndex> row(width);
  std::size_t drawn = 1;
  for (std::size_t i = 0; i < count * draws_per_candidate && drawn < count; ++i) {
    for (std::size_t axis = 0; axis < width; ++axis) row[axis] = static_cast<ValueIndex>(rng.below(all.axes[axis].values.size()));
    if (!rules.valid(row)) continue;
    all.indices.insert(all.indices.end(), row.begin(), row.end());
    ++drawn;
  }
  // Sorted by rank instead of moved: rows are not values of their own.
  std::vector<std::size_t> order(drawn);
  for (std::size_t i = 0; i < drawn; ++i) order[i] = i;
  all.size = drawn;
  const auto less = [&](std::size_t a, std::size_t b) { return std::ranges::lexicographical_compare(all.row(a), all.row(b)); };
  const auto same = [&](std::size_t a, std::size_t b) { return std::ranges::equal(all.row(a), all.row(b)); };
  std::ranges::stable_sort(order, less);
  order.erase(std::unique(order.begin(), order.end(), same), order.end());
  std::vector<ValueIndex> kept;
  kept.reserve(order.size() * width);
  for (const std::size_t i : order) kept.insert(kept.end(), all.row(i).begin(), all.row(i).end());
  all.indices = std::move(kept);
  all.size = order.size();
}

}  // namespace

Candidates candidates(const SearchSpace& space, std::uint64_t seed, std::size_t limit) {
  Candidates all;
  all.axes = complete_axes(space);
  for (const Axis& axis : all.axes) {
    const auto usual = space.baseline.values.find(axis.parameter);
    const auto place = usual == space.baseline.values.end() ? axis.values.begin() : std::ranges::find(axis.values, usual->second);
    all.baseline.push_back(static_cast<ValueIndex>(place - axis.values.begin()));
  }
  if (!space.rows.empty()) {
    all.indices = space.rows;
    all.size = space.rows.size() / all.axes.size();
    return all;
  }
  const Rules rules = RuleMaker(space, all.axes).made();
  all.complete = enumerate(rules, all, limit);
  if (!all.complete) draw(rules, all, std::min(limit, sampled), Rng(derived_seed(seed, "core/candidates")));
  return all;
}

std::vector<ValueIndex> neighbours(const SearchSpace& space, const Candidates& candidates, std::span<const ValueIndex> row) {
  const Rules rules = RuleMaker(space, candidates.axes).made();
  std::vector<ValueIndex> found;
  std::vector<ValueIndex> other(row.begin(), row.end());
  for (std::size_t axis = 0; axis < row.size(); ++axis) {
    for (std::size_t value = 0; value < candidates.axes[axis].values.size(); ++value) {
      other[axis] = static_cast<ValueIndex>(value);
      if (value != row[axis] && rules.valid(other)) found.insert(found.end(), other.begin(), other.end());
    }
    other[axis] = row[axis];
  }
  return found;
}

Config config_of(const SearchSpace& space, const Candidates& candidates, std::span<const ValueIndex> row) {
  Config config = space.baseline;
  for (std::size_t axis = 0; axis < row.size(); ++axis)
    config.values.insert_or_assign(candidates.axes[axis].parameter, candidates.axes[axis].values[row[axis]]);
  return config;
}

std::optional<std::vector<ValueIndex>> row_of(const Candidates& candidates, const Config& config) {
  std::vector<ValueIndex> row;
  for (const Axis& axis : candidates.axes) {
    const auto given = config.values.find(axis.parameter);
    const auto place = given == config.values.end() ? axis.values.end() : std::ranges::find(axis.values, given->second);
    if (place == axis.values.end()) return std::nullopt;
    row.push_back(static_cast<ValueIndex>(place - axis.values.begin()));
  }
  return row;
}

}  // namespace sweetspot
