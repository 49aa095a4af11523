#include "search/learned_rules.hpp"

#include "core/value.hpp"
#include "search/metric.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace sweetspot {

namespace {

constexpr std::size_t failures_least = 2;

/// A value of an axis, by the axis' place in the space.
using Choice = std::pair<std::size_t, Value>;
/// One choice, or two in the order of their axes.
using Part = std::vector<Choice>;
/// The values of a trial in the order of the axes.
using Row = std::vector<Value>;

struct Failed {
  Row row;
  const Failure* failure = nullptr;
  std::string signature;
  std::set<std::size_t> cured_by;  ///< axes: another value of one of them alone, and it worked
};

/// What speaks for a rule.
struct Support {
  std::size_t failed = 0;
  std::set<std::size_t> cured_by;
  const Failure* last = nullptr;
};

std::string first_line(const Failure& failure) {
  const std::string& said = failure.detail.empty() ? failure.log_tail : failure.detail;
  return said.substr(0, said.find('\n'));
}

/// Kind and message, every number in it the same.
std::string signature(const Failure& failure) {
  std::string words(to_string(failure.kind));
  words += ' ';
  for (const char letter : first_line(failure)) {
    const bool digit = std::isdigit(static_cast<unsigned char>(letter)) != 0;
    if (!digit) words += letter;
    if (digit && words.back() != '#') words += '#';
  }
  return words;
}

Row row_in(const SearchSpace& space, const Trial& trial) {
  const Config config = merged(space.baseline, trial.config);
  Row row;
  for (const Axis& axis : space.axes) {
    const auto value = config.values.find(axis.parameter);
    row.push_back(value == config.values.end() ? Value{} : value->second);
  }
  return row;
}

/// The one axis in which two rows differ.
std::optional<std::size_t> only_difference(const Row& a, const Row& b) {
  std::optional<std::size_t> found;
  for (std::size_t axis = 0; axis < a.size(); ++axis) {
    if (a[axis] == b[axis]) continue;
    if (found) return std::nullopt;
    found = axis;
  }
  return found;
}

bool holds(const Row& row, const Part& part) {
  return std::ranges::all_of(part, [&](const Choice& choice) { return row[choice.first] == choice.second; });
}

bool worked_with(const std::vector<Row>& worked, const Part& part) {
  return std::ranges::any_of(worked, [&](const Row& row) { return holds(row, part); });
}

/// What each failure that something cures speaks for: the value that was cured, and that beside each other value.
std::map<std::pair<std::string, Part>, Support> supported(const std::vector<Failed>& failures, const std::vector<char>& barred) {
  std::map<std::pair<std::string, Part>, Support> parts;
  for (const Failed& one : failures) {
    std::set<Part> spoken_for;
    for (const std::size_t axis : one.cured_by) {
      for (std::size_t other = 0; other < one.row.size(); ++other) {
        if (barred[axis] != 0 || barred[other] != 0) continue;
        const auto [first, second] = std::minmax(axis, other);
        Part part{{first, one.row[first]}};
        if (first != second) part.emplace_back(second, one.row[second]);
        if (!spoken_for.insert(part).second) continue;
        Support& support = parts[{one.signature, std::move(part)}];
        ++support.failed;
        support.cured_by.insert(one.cured_by.begin(), one.cured_by.end());
        support.last = one.failure;
      }
    }
  }
  return parts;
}

bool proved(const Part& part, const Support& support, const std::vector<Row>& worked) {
  if (support.failed < failures_least || worked_with(worked, part)) return false;
  const auto cures = [&](const Choice& choice) { return support.cured_by.contains(choice.first); };
  if (!std::ranges::all_of(part, cures)) return false;
  // A value that never worked may be what fails: no pair is needed to say so.
  return part.size() == 1 || std::ranges::all_of(part, [&](const Choice& one) { return worked_with(worked, {one}); });
}

}  // namespace

std::vector<LearnedRule> learned_rules(const SearchSpace& space, const std::vector<Trial>& history) {
  std::vector<Row> worked;
  std::vector<Failed> failures;
  for (const Trial& trial : history) {
    if (!trial.failure && (trial.verdict || !trial.visits.empty())) worked.push_back(row_in(space, trial));
    if (trial.failure && trial.failure->kind != FailureKind::interrupted)
      failures.push_back({row_in(space, trial), &*trial.failure, signature(*trial.failure), {}});
  }
  for (Failed& one : failures) {
    for (const Row& row : worked) {
      if (const auto axis = only_difference(one.row, row)) one.cured_by.insert(*axis);
    }
  }
  std::vector<char> barred;
  barred.reserve(space.axes.size());
  for (const Axis& axis : space.axes) barred.push_back(is_size(axis) ? 1 : 0);
  std::vector<LearnedRule> rules;
  for (const auto& [key, support] : supported(failures, barred)) {
    if (!proved(key.second, support, worked)) continue;
    LearnedRule rule{.part = {}, .kind = support.last->kind, .message = first_line(*support.last), .failed = support.failed};
    for (const auto& [axis, value] : key.second) rule.part.values.emplace(space.axes[axis].parameter, value);
    rules.push_back(std::move(rule));
  }
  return rules;
}

std::string text(const LearnedRule& rule) {
  std::string said(to_string(rule.kind));
  if (!rule.message.empty()) said += ": " + rule.message;
  return display(rule.part) + " does not run (" + std::to_string(rule.failed) + " times " + said + ")";
}

}  // namespace sweetspot
