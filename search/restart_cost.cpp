#include "search/restart_cost.hpp"

#include "core/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace sweetspot {

namespace {

using Row = std::vector<ValueIndex>;

struct Step {
  const Visit* visit = nullptr;
  std::optional<Row> row;
};

/// The search's visits in the order of the study's clock.
std::vector<Step> steps_of(const SearchSpace& space, const Candidates& all, const std::vector<Trial>& history) {
  std::vector<Step> steps;
  for (const Trial& trial : history) {
    const auto row = row_of(all, canonical(space, merged(space.baseline, trial.config)));
    for (const Visit& visit : trial.visits) {
      if (visit.phase == Phase::search || visit.phase == Phase::anchor) steps.push_back({&visit, row});
    }
  }
  std::ranges::stable_sort(steps, {}, [](const Step& step) { return step.visit->at_s; });
  return steps;
}

bool same_server(const std::vector<char>& by_request, std::span<const ValueIndex> a, std::span<const ValueIndex> b) {
  for (std::size_t axis = 0; axis < a.size(); ++axis) {
    if (a[axis] != b[axis] && by_request[axis] == 0) return false;
  }
  return true;
}

}  // namespace

double RestartCost::log_cost(std::span<const ValueIndex> row) const {
  return running && same_server(by_request, *running, row) ? 0 : log_restart;
}

RestartCost restart_cost_of(const SearchSpace& space, const Candidates& candidates, const std::vector<Trial>& history) {
  RestartCost cost;
  for (const Axis& axis : candidates.axes) {
    const auto parameter = std::ranges::find(space.parameters, axis.parameter, &Parameter::name);
    cost.by_request.push_back(parameter != space.parameters.end() && parameter->scope == Scope::request ? 1 : 0);
  }
  if (std::ranges::find(cost.by_request, 1) == cost.by_request.end()) return cost;
  const std::vector<Step> steps = steps_of(space, candidates, history);
  if (steps.empty()) return cost;
  std::vector<double> measuring;
  std::vector<double> restarts;
  std::vector<double> by_request;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    measuring.push_back(steps[i].visit->duration_s);
    if (i + 1 == steps.size()) break;
    const double beside_s = steps[i + 1].visit->at_s - steps[i].visit->at_s - steps[i].visit->duration_s;
    const bool kept = i > 0 && steps[i].row && steps[i - 1].row && *steps[i].row != *steps[i - 1].row &&
                      same_server(cost.by_request, *steps[i].row, *steps[i - 1].row);
    (kept ? by_request : restarts).push_back(beside_s);
  }
  if (restarts.empty() || median(measuring) <= 0) return cost;
  const double launch_s = median(restarts) - (by_request.empty() ? 0 : median(by_request));
  cost.log_restart = std::log1p(std::max(launch_s, 0.0) / median(measuring));
  if (!history.back().visits.empty()) cost.running = steps.back().row;
  return cost;
}

}  // namespace sweetspot
