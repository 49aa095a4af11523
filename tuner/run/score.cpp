#include "run/score.hpp"

#include "core/error.hpp"
#include "core/text.hpp"

#include <array>

namespace sweetspot {
namespace {

constexpr double tokens_of_decode_goal = 1000;

/// Seconds to decode the mix; nothing when no class of it was measured.
std::optional<double> decode_seconds(const Goal& goal, const Measurement& measurement) {
  if (goal.tokens.empty()) {
    if (!measurement.decode_tokens_per_second) return std::nullopt;
    return tokens_of_decode_goal / *measurement.decode_tokens_per_second;
  }
  double all = 0;
  double measured = 0;
  double seconds = 0;
  for (const auto& [name, tokens] : goal.tokens) {
    all += tokens;
    const auto found = measurement.classes.find(name);
    if (found == measurement.classes.end() || !found->second.decode_tokens_per_second) continue;
    measured += tokens;
    seconds += tokens / *found->second.decode_tokens_per_second;
  }
  if (measured <= 0) return std::nullopt;
  return seconds * all / measured;
}

}  // namespace

std::span<const Goal> goals() {
  static const std::array<Goal, 4> rows = {
      Goal{"agent",
           "tool-using coding sessions: long prompt once, many warm turns, code and tool calls",
           1,
           0,
           9,
           {{"code", 750}, {"tools", 450}, {"prose", 300}},
           Goal::Rank::seconds},
      Goal{"chat", "short prompts, prose", 0, 1, 3, {{"prose", 720}, {"code", 300}, {"short", 180}}, Goal::Rank::seconds},
      Goal{"memory",
           "smallest peak memory within 10 % of the default's agent score",
           1,
           0,
           9,
           {{"code", 750}, {"tools", 450}, {"prose", 300}},
           Goal::Rank::memory},
      Goal{"decode", "decode speed alone: geometric mean of the class rates", 0, 0, 0, {}, Goal::Rank::seconds},
  };
  return rows;
}

const Goal& find_goal(std::string_view name) {
  std::vector<std::string> names;
  for (const Goal& goal : goals()) {
    if (goal.name == name) return goal;
    names.emplace_back(goal.name);
  }
  const std::string way_out = "use agent, chat, memory or decode";
  if (name == "batch") throw Error{"goal \"batch\" needs concurrent requests, which this version does not measure yet", way_out};
  if (name == "long-context")
    throw Error{"goal \"long-context\" needs context depths, which this version does not measure yet", way_out};
  throw Error{"unknown goal \"" + std::string(name) + "\"", did_you_mean(name, names, way_out)};
}

std::optional<double> score(const Goal& goal, const Measurement& measurement) {
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

}  // namespace sweetspot
