#include "run/depth_phase.hpp"

#include "run/concurrent.hpp"
#include "run/conversation.hpp"
#include "run/ranking.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sweetspot {
namespace {

constexpr double arms = 2;
constexpr double answers_tokens = 320;  ///< of both turns
constexpr double crowd_tokens = 110;    ///< of one answer
constexpr double margin = 1.3;
constexpr double reserve_share_most = 0.5;
constexpr double depth_loss = 0.95;  ///< one launch each: a smaller difference is noise
constexpr double warm_loss = 0.8;    ///< a short wait, seen once: it differs more from one time to the next

const DepthMeasurement* at_depth(const Trial& trial, std::int64_t depth) {
  const auto& rows = trial.measurement->depths;
  const auto found = std::find_if(rows.begin(), rows.end(), [depth](const DepthMeasurement& row) { return row.depth == depth; });
  return found == rows.end() ? nullptr : &*found;
}

/// A failed row ends them: what is deeper was not tried, and need not be.
template <typename Row>
bool has_ended(const std::vector<Row>& rows) {
  return !rows.empty() && !rows.back().failure.empty();
}

bool was_measured(const Trial& trial, const StudySettings& settings) {
  if (!trial.measurement || (settings.session_tokens > 0 && trial.measurement->turns.empty())) return false;
  return has_ended(trial.measurement->depths) ||
         std::all_of(settings.depths.begin(), settings.depths.end(),
                     [&](std::int64_t depth) { return at_depth(trial, depth) != nullptr; });
}

enum class Tells { slower, faster };

/// How the candidate's row compares in all that is more than noise; empty where nothing goes in the direction asked for.
std::string row_text(const DepthMeasurement& base, const DepthMeasurement& candidate, Tells tells) {
  struct Figure {
    const char* name;
    std::optional<double> base_time;
    std::optional<double> own_time;
    double loss;
  };
  const auto inverse = [](const std::optional<double>& rate) { return rate ? std::optional(1 / *rate) : std::nullopt; };
  const Figure figures[] = {
      {"cold first token", base.ttft_cold_ms, candidate.ttft_cold_ms, depth_loss},
      {"warm first token", base.ttft_warm_ms, candidate.ttft_warm_ms, warm_loss},
      {"decode", inverse(base.decode_tokens_per_second), inverse(candidate.decode_tokens_per_second), depth_loss}};
  std::string text;
  bool told = false;
  for (const auto& [name, base_time, own_time, loss] : figures) {
    if (!base_time || !own_time || *own_time <= 0) continue;
    const double ratio = *base_time / *own_time;
    if (ratio >= loss && ratio <= 1 / loss) continue;
    told = told || (tells == Tells::slower) == (ratio < 1);
    text += fmt::format("{}{} {:.2f}x", text.empty() ? "" : ", ", name, ratio);
  }
  return told ? text : "";
}

/// "8192 tokens (decode 0.80x), 16384 tokens (...)"; empty: nowhere.
std::string depths_where(const Trial& baseline, const Trial& candidate, Tells tells) {
  std::string text;
  if (!baseline.measurement || !candidate.measurement) return text;
  for (const DepthMeasurement& base : baseline.measurement->depths) {
    const DepthMeasurement* other = at_depth(candidate, base.depth);
    if (other == nullptr) continue;
    const std::string& lost = tells == Tells::slower ? other->failure : base.failure;
    const std::string& held = tells == Tells::slower ? base.failure : other->failure;
    if (!held.empty()) continue;
    const std::string told =
        lost.empty() ? row_text(base, *other, tells) : (tells == Tells::slower ? "" : "the default fails there: ") + lost;
    if (!told.empty()) text += fmt::format("{}{} tokens ({})", text.empty() ? "" : ", ", base.depth, told);
  }
  return text;
}

}  // namespace

double depth_seconds(const Observation& seen, const StudySettings& settings) {
  if (settings.depths.empty() && settings.session_tokens <= 0) return 0;
  const double prefill = std::max(seen.prefill_tokens_per_second, 1.0);
  const double decode = std::max(seen.decode_tokens_per_second, 0.1);
  double seconds = seen.launch_s;
  for (const std::int64_t depth : settings.depths) seconds += static_cast<double>(depth) / prefill + answers_tokens / decode;
  if (settings.session_tokens > 0)
    seconds += static_cast<double>(settings.session_tokens) / prefill + conversation_turns * conversation_answer_tokens / decode;
  return margin * seconds;
}

double seconds_for_goal(const Observation& seen, const StudySettings& settings, int clients) {
  if (settings.goal.work == Goal::Work::depth && !settings.depths.empty()) {
    StudySettings deepest;
    deepest.depths = {*std::max_element(settings.depths.begin(), settings.depths.end())};
    return depth_seconds(seen, deepest) - margin * seen.launch_s;
  }
  if (settings.goal.work != Goal::Work::crowd && clients <= 0) return 0;
  return std::max(clients, 1) * ConcurrentPlan{}.requests * crowd_tokens / std::max(seen.decode_tokens_per_second, 0.1);
}

double depth_reserve_seconds(double one_s, double budget_s) { return std::min(arms * one_s, reserve_share_most * budget_s); }

void measure_depths(StudySession& session, double one_s) {
  if (session.settings.depths.empty() && session.settings.session_tokens <= 0) return;
  std::vector<Config> configs = {session.study.baseline};
  if (session.study.recommendation.kind == RecommendationKind::improvement) {
    configs.push_back(session.study.recommendation.config);
  } else if (const auto best = ranked(session.study, session.settings); !best.empty()) {
    configs.push_back(best.front()->config);
  }
  for (const Config& config : configs) {
    Trial& trial = session.trial(config);
    if (trial.failure || was_measured(trial, session.settings)) continue;
    if (session.clock() + one_s > session.settings.budget_s) {
      session.observer.note(fmt::format("no time is left for the depths of {}: give more with --budget", display(trial.changed)));
      continue;
    }
    session.observer.note("at depth: " + display(trial.changed));
    session.depth_visit(trial);
  }
}

std::string slower_at_depth(const Trial& baseline, const Trial& candidate) {
  return depths_where(baseline, candidate, Tells::slower);
}

std::string faster_at_depth(const Trial& baseline, const std::vector<const Trial*>& best_first) {
  for (const Trial* trial : best_first) {
    if (!trial->measurement || trial->measurement->depths.empty()) continue;
    const std::string deep = depths_where(baseline, *trial, Tells::faster);
    return deep.empty() ? "" : fmt::format("; {} is faster than the default at a depth of {}", display(trial->changed), deep);
  }
  return "";
}

}  // namespace sweetspot
