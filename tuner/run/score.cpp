#include "run/score.hpp"

#include "core/error.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <array>

namespace sweetspot {
namespace {

constexpr double tokens_of_decode_goal = 1000;

/// Seconds to decode the mix; of other classes where none of its own was measured, as in a workload of the user's.
std::optional<double> decode_seconds(const Goal& goal, const Measurement& measurement) {
  double all = goal.tokens.empty() ? tokens_of_decode_goal : 0;
  double measured = 0;
  double seconds = 0;
  for (const auto& [name, tokens] : goal.tokens) {
    all += tokens;
    const auto found = measurement.classes.find(name);
    if (found == measurement.classes.end() || !found->second.decode_tokens_per_second) continue;
    measured += tokens;
    seconds += tokens / *found->second.decode_tokens_per_second;
  }
  if (measured > 0) return seconds * all / measured;
  if (!measurement.decode_tokens_per_second) return std::nullopt;
  return all / *measurement.decode_tokens_per_second;
}

}  // namespace

std::span<const Goal> goals() {
  using enum Goal::Work;
  using enum Goal::Rank;
  static const std::map<std::string, double> of_agent = {{"code", 750}, {"tools", 450}, {"prose", 300}};
  static const std::array<Goal, 6> rows = {
      Goal{"agent", "tool-using coding sessions: long prompt once, many warm turns, code and tool calls", 1, 0, 9, of_agent,
           turns, seconds},
      Goal{"chat", "short prompts, prose", 0, 1, 3, {{"prose", 720}, {"code", 300}, {"short", 180}}, turns, seconds},
      Goal{"batch", "what several clients get together", 0, 0, 0, {}, crowd, seconds},
      Goal{"long-context", "conversations at the deepest of --depths", 1, 0, 3, {{"depth", 600}}, depth, seconds},
      Goal{"memory", "smallest peak memory within 10 % of the default's agent score", 1, 0, 9, of_agent, turns, memory},
      Goal{"decode", "decode speed alone: geometric mean of the class rates", 0, 0, 0, {}, turns, seconds},
  };
  return rows;
}

std::vector<std::string> goal_names() {
  std::vector<std::string> names;
  for (const Goal& goal : goals()) names.emplace_back(goal.name);
  return names;
}

const Goal& find_goal(std::string_view name) {
  const auto found = std::ranges::find(goals(), name, &Goal::name);
  if (found != goals().end()) return *found;
  throw Error{"unknown goal \"" + std::string(name) + "\"", did_you_mean(name, goal_names(), "use agent, chat or decode")};
}

namespace {

/// The goal's mix at the deepest depth.
std::optional<double> score_at_depth(const Goal& goal, const Measurement& measurement) {
  if (measurement.depths.empty()) return std::nullopt;
  const DepthMeasurement& row = measurement.depths.back();
  if (!row.failure.empty() || !row.ttft_cold_ms || !row.ttft_warm_ms || !row.decode_tokens_per_second) return std::nullopt;
  return goal.cold_long * *row.ttft_cold_ms / 1000 + goal.warm * *row.ttft_warm_ms / 1000 +
         goal.tokens.at("depth") / *row.decode_tokens_per_second;
}

std::optional<double> score_of_crowd(const Measurement& measurement) {
  if (!measurement.concurrency || measurement.concurrency->failed > 0) return std::nullopt;
  const auto& rate = measurement.concurrency->tokens_per_second;
  if (!rate || *rate <= 0) return std::nullopt;
  return tokens_of_decode_goal / *rate;
}

}  // namespace

std::optional<double> score(const Goal& goal, const Measurement& measurement) {
  if (goal.work == Goal::Work::depth) return score_at_depth(goal, measurement);
  if (goal.work == Goal::Work::crowd) return score_of_crowd(measurement);
  const auto decode = decode_seconds(goal, measurement);
  if (!decode) return std::nullopt;
  double seconds = *decode;
  const auto add = [&](double times, const std::optional<double>& milliseconds) {
    if (times <= 0) return true;
    if (!milliseconds) return false;
    seconds += times * *milliseconds / 1000;
    return true;
  };
  const bool complete = add(goal.cold_long, measurement.ttft_ms_p50) && add(goal.cold_short, measurement.ttft_short_ms_p50) &&
                        add(goal.warm, measurement.ttft_warm_ms_p50);
  if (!complete) return std::nullopt;
  return seconds;
}

std::string unscored_reason(const Goal& goal, const Measurement& measurement) {
  if (goal.work == Goal::Work::depth) {
    const bool failed = !measurement.depths.empty() && !measurement.depths.back().failure.empty();
    return failed ? "at the deepest context: " + measurement.depths.back().failure : "the deepest context was not measured";
  }
  if (goal.work == Goal::Work::crowd) {
    const bool failed = measurement.concurrency && measurement.concurrency->failed > 0;
    return failed ? "requests of several clients at once failed" : "several clients at once had no rate";
  }
  if (!decode_seconds(goal, measurement))
    return "no prompt class of goal " + std::string(goal.name) + " has a decode rate (answers too short, or not counted)";
  if (goal.cold_long > 0 && !measurement.ttft_ms_p50) return "no first token of a long prompt was timed";
  if (goal.cold_short > 0 && !measurement.ttft_short_ms_p50) return "no first token of a short prompt was timed";
  return "no first token of a later turn was timed";
}

}  // namespace sweetspot
