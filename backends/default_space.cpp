#include "backends/default_space.hpp"

#include "backends/emission.hpp"
#include "backends/speculation.hpp"
#include "core/error.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>

namespace sweetspot {

namespace {

// Up to here "auto" means every core in the engines that we know, so that a value of its own would measure it twice.
constexpr int cores_that_auto_takes = 4;

/// "{cores/2}", "{cores*3/4}" -> a number of threads; nothing when it is below one.
std::optional<Value> share_of_cores(const std::string& word, int cores) {
  int times = 1;
  int parts = 1;
  if (std::sscanf(word.c_str(), "{cores*%d/%d}", &times, &parts) != 2) {
    times = 1;
    if (std::sscanf(word.c_str(), "{cores/%d}", &parts) != 1) parts = 1;
  }
  if (times < 1 || parts < 1 || times > 1000) return std::nullopt;
  const std::int64_t threads = static_cast<std::int64_t>(cores) * times / parts;
  if (threads < 1 || (threads == cores && cores <= cores_that_auto_takes)) return std::nullopt;
  return Value{threads};
}

/// Stands for a given draft where only its existence matters.
std::string draft_name(HasDraftModel draft) { return draft == HasDraftModel::yes ? "draft" : ""; }

struct Fitting {
  const EngineDescriptor& engine;
  const EngineProbe& probe;
  const ModelIdentity& model;
  HasDraftModel draft;
  int cores;
};

std::optional<Value> fitted(const Fitting& to, const EngineParameter& row, const ProbedParameter& probed, const Value& value) {
  const std::string word = text(value);
  if (word.starts_with("{cores")) return share_of_cores(word, to.cores);
  if (row.parameter.name == "spec_type" && word != "none") {
    if (kind_refusal(to.engine, to.probe, word, to.model, draft_name(to.draft))) return std::nullopt;
    return value;
  }
  const bool worded = std::holds_alternative<Choices>(row.parameter.domain) && !probed.words.empty();
  if (worded && std::ranges::find(probed.words, word) == probed.words.end()) return std::nullopt;
  return value;
}

/// Without one kind that can draft, neither depth nor kind is worth searching.
bool can_speculate(const Fitting& to) {
  return std::ranges::any_of(to.engine.speculation.kinds, [&](const auto& kind) {
    return !kind_refusal(to.engine, to.probe, kind.first, to.model, draft_name(to.draft));
  });
}

bool is_speculation(const std::string& name) { return name == "draft_depth" || name == "spec_type"; }

/// Old builds have no --spec-type, but draft with the model that they are given.
bool is_there(const Fitting& to, const std::string& name) {
  const ProbedParameter* probed = to.probe.find(name);
  return probed != nullptr && probed->spelling && (!is_speculation(name) || can_speculate(to));
}

/// Words first, as they come, then numbers upwards: neighbours in the list are neighbours in effect.
std::vector<Value> in_order(const std::vector<Value>& values) {
  std::vector<Value> words;
  std::vector<Value> numbers;
  for (const Value& value : values) (std::holds_alternative<std::string>(value) ? words : numbers).push_back(value);
  std::ranges::sort(numbers, {}, [](const Value& value) { return number(value); });
  words.insert(words.end(), numbers.begin(), numbers.end());
  return words;
}

bool named_in(const Condition& condition, const std::set<std::string>& names) {
  return names.contains(condition.parameter) && (condition.other.empty() || names.contains(condition.other));
}

}  // namespace

std::map<std::string, std::vector<Value>> default_axes(const EngineDescriptor& engine, const EngineProbe& probe,
                                                       const ModelIdentity& model, const std::string& goal, HasDraftModel draft,
                                                       int cores) {
  auto rows = engine.default_space.find(goal);
  if (rows == engine.default_space.end()) rows = engine.default_space.find("default");
  std::map<std::string, std::vector<Value>> axes;
  if (rows == engine.default_space.end()) return axes;
  const Fitting to{engine, probe, model, draft, cores};
  for (const auto& [name, values] : rows->second) {
    const EngineParameter* row = find_parameter(engine, name);
    if (row == nullptr || !is_there(to, name) || name == "context" || name == "parallel") continue;
    const ProbedParameter& probed = *probe.find(name);
    std::vector<Value> axis{probed.default_value};
    for (const Value& value : values) {
      const auto usable = fitted(to, *row, probed, value);
      if (usable && std::ranges::find(axis, *usable) == axis.end()) axis.push_back(*usable);
    }
    if (axis.size() > 1) axes[name] = in_order(axis);
  }
  return axes;
}

std::vector<Parameter> space_parameters(const EngineDescriptor& engine, const EngineProbe& probe,
                                        const std::set<std::string>& names) {
  auto parameters = binary_parameters(engine, probe);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    for (const Condition& condition : engine.parameters[i].active_when_searched) {
      if (named_in(condition, names)) parameters[i].active_when.push_back(condition);
    }
  }
  return parameters;
}

std::vector<Constraint> space_constraints(const EngineDescriptor& engine, const EngineProbe& probe, const ModelIdentity& model,
                                          HasDraftModel draft, const std::set<std::string>& names) {
  std::vector<Constraint> constraints;
  for (const Constraint& constraint : engine.constraints) {
    // What the space does not decide of speculation is the engine's own choice, not the default value: see launch_plan.
    const bool decided = std::ranges::all_of(constraint.when, [&](const Condition& condition) {
      return (!is_speculation(condition.parameter) || names.contains(condition.parameter)) &&
             (!is_speculation(condition.other) || names.contains(condition.other));
    });
    if (decided) constraints.push_back(constraint);
  }
  if (!names.contains("spec_type") || !names.contains("draft_depth")) return constraints;
  using Op = Condition::Op;
  const Condition drafting{"draft_depth", Op::greater, std::int64_t{0}, {}, 0};
  constraints.push_back({{Condition{"spec_type", Op::equal, std::string("none"), {}, 0}, drafting},
                         "draft_depth above 0 with spec_type=none says to draft and not to draft"});
  for (const auto& [kind, needs] : engine.speculation.kinds) {
    const auto refusal = kind_refusal(engine, probe, kind, model, draft_name(draft));
    if (refusal) constraints.push_back({{Condition{"spec_type", Op::equal, kind, {}, 0}, drafting}, refusal->reason});
  }
  return constraints;
}

}  // namespace sweetspot
