#include "search/known_bad.hpp"

#include <algorithm>

namespace sweetspot {

namespace {

bool holds(const Config& config, const Config& part) {
  return std::ranges::all_of(part.values, [&](const auto& entry) {
    const auto given = config.values.find(entry.first);
    return given != config.values.end() && given->second == entry.second;
  });
}

}  // namespace

bool went_bad(const Trial& trial, AllowLossy allow_lossy) {
  if (trial.failure) return trial.failure->kind != FailureKind::interrupted;
  if (!trial.verdict) return false;
  return trial.verdict->outcome == Outcome::broken || (trial.verdict->outcome == Outcome::lossy && allow_lossy == AllowLossy::no);
}

bool contains_known_bad(const Config& changed, const std::vector<Trial>& history, AllowLossy allow_lossy) {
  const auto mended = [&](const Config& value) {
    return std::ranges::any_of(history, [&](const Trial& trial) {
      const bool good = !trial.failure && trial.verdict && !went_bad(trial, allow_lossy);
      return good && trial.changed.values.size() > 1 && holds(trial.changed, value) && holds(changed, trial.changed);
    });
  };
  return std::ranges::any_of(history, [&](const Trial& trial) {
    return trial.changed.values.size() == 1 && went_bad(trial, allow_lossy) && holds(changed, trial.changed) &&
           !mended(trial.changed);
  });
}

}  // namespace sweetspot
