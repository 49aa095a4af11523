#include "run/memory_constraints.hpp"

#include "run/live_setup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

namespace sweetspot {

namespace {

constexpr double margin = 1.2;
constexpr std::array decides{"context", "kv_type_k", "kv_type_v"};

/// Every combination of the axes that decide, as changes of the baseline.
std::vector<Config> combinations(const SearchSpace& space) {
  std::vector<Config> all{Config{}};
  for (const char* name : decides) {
    const auto axis = std::ranges::find(space.axes, name, &Axis::parameter);
    if (axis == space.axes.end()) continue;
    std::vector<Config> longer;
    for (const Config& config : all) {
      for (const Value& value : axis->values) {
        longer.push_back(config);
        longer.back().values[name] = value;
      }
    }
    all = std::move(longer);
  }
  return all;
}

/// The combination's word, else the baseline's, else `otherwise`.
Value value_of(const Config& config, const SearchSpace& space, const std::string& name, const Value& otherwise) {
  for (const Config* place : {&config, &space.baseline}) {
    if (const auto found = place->values.find(name); found != place->values.end()) return found->second;
  }
  return otherwise;
}

bool is_baseline(const Config& config, const SearchSpace& space) {
  return std::ranges::all_of(config.values,
                             [&](const auto& entry) { return value_of({}, space, entry.first, "") == entry.second; });
}

}  // namespace

std::vector<Constraint> memory_constraints(const SearchSpace& space, const ModelMemory& model, std::int64_t memory_bytes,
                                           std::int64_t context) {
  std::vector<Constraint> constraints;
  if (memory_bytes <= 0) return constraints;
  const auto own_model = space.baseline.values.find(std::string(model_parameter));
  for (const Config& config : combinations(space)) {
    const Value tokens = value_of(config, space, "context", context);
    if (!std::holds_alternative<std::int64_t>(tokens)) continue;
    const auto needed =
        memory_at_context(model, std::get<std::int64_t>(tokens),
                          {text(value_of(config, space, "kv_type_k", "f16")), text(value_of(config, space, "kv_type_v", "f16"))});
    if (!needed || static_cast<double>(needed->total_bytes()) <= margin * static_cast<double>(memory_bytes)) continue;
    if (is_baseline(config, space)) continue;
    constexpr double gigabyte = 1024.0 * 1024.0 * 1024.0;
    Constraint constraint;
    constraint.reason =
        fmt::format("weights and cache need {:.1f} GB, and this machine has {:.1f} GB",
                    static_cast<double>(needed->total_bytes()) / gigabyte, static_cast<double>(memory_bytes) / gigabyte);
    for (const auto& [name, value] : config.values) constraint.when.push_back({name, Condition::Op::equal, value, "", 0});
    if (own_model != space.baseline.values.end())
      constraint.when.push_back({own_model->first, Condition::Op::equal, own_model->second, "", 0});
    constraints.push_back(std::move(constraint));
  }
  return constraints;
}

}  // namespace sweetspot
