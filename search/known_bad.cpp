#include "search/known_bad.hpp"

#include <algorithm>

namespace sweetspot {

namespace {

bool bad(const Trial& trial) {
  if (trial.failure) return trial.failure->kind != FailureKind::interrupted;
  return trial.verdict && trial.verdict->outcome == Outcome::broken;
}

}  // namespace

bool contains_known_bad(const Config& changed, const std::vector<Trial>& history) {
  return std::ranges::any_of(history, [&](const Trial& trial) {
    if (trial.changed.values.size() != 1 || !bad(trial)) return false;
    const auto& [name, value] = *trial.changed.values.begin();
    const auto given = changed.values.find(name);
    return given != changed.values.end() && given->second == value;
  });
}

}  // namespace sweetspot
