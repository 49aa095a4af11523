#include "search/known_bad.hpp"

#include <algorithm>

namespace sweetspot {

namespace {

bool bad(const Trial& trial, AllowLossy allow_lossy) {
  if (trial.failure) return trial.failure->kind != FailureKind::interrupted;
  if (!trial.verdict) return false;
  return trial.verdict->outcome == Outcome::broken || (trial.verdict->outcome == Outcome::lossy && allow_lossy == AllowLossy::no);
}

}  // namespace

bool contains_known_bad(const Config& changed, const std::vector<Trial>& history, AllowLossy allow_lossy) {
  return std::ranges::any_of(history, [&](const Trial& trial) {
    if (trial.changed.values.size() != 1 || !bad(trial, allow_lossy)) return false;
    const auto& [name, value] = *trial.changed.values.begin();
    const auto given = changed.values.find(name);
    return given != changed.values.end() && given->second == value;
  });
}

}  // namespace sweetspot
