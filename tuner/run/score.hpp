#pragma once

#include "core/measurement.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sweetspot {

/// A fixed mix of work; its seconds are the score (cli.md, "The score").
struct Goal {
  std::string_view name;
  std::string_view description;
  double cold_long = 0;                  ///< times TTFT cold of the long prompt
  double cold_short = 0;                 ///< times TTFT cold of a short prompt
  double warm = 0;                       ///< times TTFT warm
  std::map<std::string, double> tokens;  ///< decoded, by prompt class; empty: geometric mean of the classes, per 1000 tokens
  /// What the seconds are of: turns of a conversation and decoded tokens, the same at the deepest depth of context, or what
  /// several clients get together.
  enum class Work { turns, depth, crowd };
  Work work = Work::turns;
  enum class Rank { seconds, memory };
  Rank rank = Rank::seconds;  ///< memory: smallest peak among those within `memory_goal_slack` of the default's seconds
};

inline constexpr double memory_goal_slack = 1.10;

std::span<const Goal> goals();
std::vector<std::string> goal_names();

/// Throws Error with "did you mean".
const Goal& find_goal(std::string_view name);

/// Seconds; nothing when a part that the goal needs was not measured. Classes that were not measured are left out and
/// the others' tokens raised; where none is left, all tokens are decoded at the geometric mean of what was measured.
std::optional<double> score(const Goal& goal, const Measurement& measurement);

/// Which part is missing where score() gives nothing.
std::string unscored_reason(const Goal& goal, const Measurement& measurement);

}  // namespace sweetspot
