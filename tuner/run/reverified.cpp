#include "run/reverified.hpp"

#include "core/statistics.hpp"
#include "run/ranking.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <optional>

namespace sweetspot {
namespace {

constexpr double error = 0.05;  ///< of the interval of the new blocks

bool is_memory_goal(const StudySettings& settings) { return settings.goal.rank == Goal::Rank::memory; }

bool is_right(const Study& saved, const Verdict& verdict) {
  const auto& before = saved.recommendation.verdict;
  const bool lossy_taken = before && before->outcome == Outcome::lossy && !verdict.beyond_limit;
  return verdict.outcome <= Outcome::tie || (verdict.outcome == Outcome::lossy && lossy_taken);
}

/// Half the interval of the new blocks' mean; infinity when the study's blocks do not tell how much one varies.
double half_width(const Study& saved, int blocks) {
  const Trial* baseline = find_trial(saved, saved.baseline);
  const Trial* winner = find_trial(saved, saved.recommendation.config);
  if (baseline == nullptr || winner == nullptr || blocks < 1) return std::numeric_limits<double>::infinity();
  const ConfirmDecision once = decide(block_log_ratios(*baseline, *winner));
  if (once.n < 2) return std::numeric_limits<double>::infinity();
  return t_quantile(once.n - 1, error) * once.deviation / std::sqrt(blocks);
}

void judge_speed(const Study& saved, const StudySettings& settings, const ConfirmDecision& now, Reverification& again) {
  const double half = half_width(saved, now.n);
  const double slack = is_memory_goal(settings) ? -std::log(memory_goal_slack) : 0;
  const double saved_least =
      is_memory_goal(settings) || !saved.recommendation.gain ? slack : std::log(saved.recommendation.gain->ratio_low);
  if (now.n > 0 && now.mean + half < saved_least) {
    again.holds = false;
    again.detail += "; slower now than when it was saved";
  } else if (now.n == 0 || now.mean - half <= slack) {
    again.resolved = false;
    again.detail += now.n == 0 ? "; not timed" : "; the gain cannot be told from noise by so few launches";
  }
}

/// How many times less memory the winner takes than the default; nothing when one is not known.
std::optional<double> memory_ratio(const CompareReport& now) {
  const auto bytes = [](const CompareArm& arm) { return arm.measurement ? arm.measurement->memory_bytes_peak : std::nullopt; };
  if (!bytes(now.a) || bytes(now.b).value_or(0) <= 0) return std::nullopt;
  return static_cast<double>(*bytes(now.a)) / static_cast<double>(*bytes(now.b));
}

void judge_memory(const StudySettings& settings, const CompareReport& now, Reverification& again) {
  const auto ratio = memory_ratio(now);
  if (!ratio) {
    again.resolved = false;
    again.detail += "; its memory is not known";
    return;
  }
  again.detail += fmt::format("; {:.1f} % less memory than the default", (1 - 1 / *ratio) * 100);
  again.holds = again.holds && *ratio >= settings.min_gain_ratio;
}

void take_over(const Verdict& verdict, Reverification& again) {
  again.outcome = to_string(verdict.outcome);
  again.detail = verdict.detail;
  again.resolved = verdict.outcome != Outcome::inconclusive;
}

}  // namespace

void judge_default(const Verdict& verdict, Reverification& again) {
  take_over(verdict, again);
  again.holds = verdict.outcome <= Outcome::tie;
}

void judge_winner(const Study& saved, const StudySettings& settings, const CompareReport& now, Reverification& again) {
  if (now.decision.n > 0) again.ratio = std::exp(now.decision.mean);
  if (now.b.failure || !now.b.verdict) {
    const auto& failure = now.b.failure ? now.b.failure : now.a.failure;
    again.outcome = "error";
    again.resolved = now.b.failure.has_value();  // else it never ran
    again.detail = failure ? failure->detail : "not checked";
    return;
  }
  take_over(*now.b.verdict, again);
  again.holds = is_right(saved, *now.b.verdict);
  if (!again.holds) return;
  if (!usable(now.a)) {  // there is nothing to hold it against
    again.resolved = false;
    again.detail += "; the default itself: ";
    again.detail += now.a.failure ? now.a.failure->detail : now.a.verdict ? now.a.verdict->detail : "not checked";
    return;
  }
  judge_speed(saved, settings, now.decision, again);
  if (is_memory_goal(settings)) judge_memory(settings, now, again);
  again.resolved = again.resolved || !again.holds;
}

void judge_refused(const std::string& reason, Reverification& again) {
  again.outcome = "error";
  again.detail = reason;
  again.holds = false;
}

std::string answer_text(const Reverification& again) {
  if (!again.resolved) return "not resolved: measure again with sweetspot tune to know";
  return again.holds ? "it holds" : "it no longer holds: measure again with sweetspot tune";
}

}  // namespace sweetspot
