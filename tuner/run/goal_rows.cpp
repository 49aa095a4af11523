#include "run/goal_rows.hpp"

#include "run/score.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

namespace sweetspot {
namespace {

GoalRow row_for(const Study& study, const std::string& goal) {
  GoalRow row;
  row.goal = goal;
  row.study = study.id;
  row.engine = study.target.engine.name;
  row.engine_version = study.target.engine.version;
  row.model = study.target.model.name.empty() ? study.target.model.path : study.target.model.name;
  row.quantisation = study.target.model.quantisation;
  const auto context = study.fixed.values.find("context");
  if (context != study.fixed.values.end()) row.context = static_cast<std::int64_t>(number(context->second));
  return row;
}

GoalRow measured_row(const Study& study, const std::string& goal, const Config& config) {
  GoalRow row = row_for(study, goal);
  const Trial* trial = find_trial(study, config);
  if (trial == nullptr || !trial->measurement) {
    row.verdict = trial != nullptr && trial->failure ? "error" : "not checked";
    row.reason = trial != nullptr && trial->failure ? trial->failure->detail : "it was not measured";
    return row;
  }
  row.changed = trial->changed;
  row.score_s = score(find_goal(goal), *trial->measurement);
  row.decode_tokens_per_second = trial->measurement->decode_tokens_per_second;
  row.memory_bytes_peak = trial->measurement->memory_bytes_peak;
  row.verdict = trial->verdict ? std::string(to_string(trial->verdict->outcome)) : "not checked";
  if (!row.score_s) row.reason = "a part that the goal needs was not measured";
  return row;
}

/// What the goal ranks by; what has no score is behind everything.
double rank(const GoalRow& row) {
  constexpr double last = std::numeric_limits<double>::infinity();
  if (!row.score_s) return last;
  if (find_goal(row.goal).rank == Goal::Rank::memory)
    return row.memory_bytes_peak ? static_cast<double>(*row.memory_bytes_peak) : last;
  return *row.score_s;
}

}  // namespace

std::vector<GoalRow> rows_of(const Study& study) {
  if (study.recommendation.kind == RecommendationKind::unsound) {
    GoalRow row = row_for(study, study.goal);
    row.verdict = "unsound";
    row.reason = study.recommendation.reason;
    return {row};
  }
  std::vector<GoalRow> rows;
  rows.push_back(measured_row(study, study.goal, study.recommendation.config));
  rows.back().confirmed = true;
  if (const auto& confirmed = study.recommendation.measurement) {
    rows.back().score_s = confirmed->score_s;
    rows.back().decode_tokens_per_second = confirmed->decode_tokens_per_second;
  }
  for (const GoalPick& pick : study.picks) {
    if (pick.goal == study.goal) continue;
    GoalRow row = measured_row(study, pick.goal, pick.config);
    row.confirmed = pick.changed.values.empty();
    rows.push_back(std::move(row));
  }
  return rows;
}

void sort_rows(std::vector<GoalRow>& rows, const std::string& first_goal) {
  const std::vector<std::string> names = goal_names();
  const auto place = [&](const GoalRow& row) {
    if (row.goal == first_goal) return std::ptrdiff_t{-1};
    return std::find(names.begin(), names.end(), row.goal) - names.begin();
  };
  std::stable_sort(rows.begin(), rows.end(), [&](const GoalRow& a, const GoalRow& b) {
    return std::tuple(place(a), rank(a)) < std::tuple(place(b), rank(b));
  });
}

}  // namespace sweetspot
