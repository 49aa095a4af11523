#pragma once

#include "core/config.hpp"
#include "core/trial.hpp"
#include "gate/reference.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sweetspot {

/// How long a visit's timed part is.
struct TimedEffort {
  int requests_per_class = 5;
  int cold = 2;
  int warm_turns = 2;
  bool operator==(const TimedEffort&) const = default;
};

/// One launch of a configuration: what is to be done in it.
struct VisitOrder {
  Config config;
  Phase phase = Phase::search;
  int block = -1;
  int round = 0;                     ///< nonce round of the timed prompts
  std::optional<Tier> gate;          ///< nothing: not gated
  std::optional<TimedEffort> timed;  ///< nothing: not timed
  std::vector<std::int64_t> depths;  ///< of context to measure at, after that; none: not asked
  std::int64_t session_tokens = 0;   ///< to which a tool-using conversation grows, after that; 0: not asked
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();  ///< of the gate part
  /// What is timed asks nothing more after it: a visit that is not through by then counts for nothing (VisitOutcome::cut).
  std::chrono::steady_clock::time_point timed_deadline = std::chrono::steady_clock::time_point::max();
  /// Where the reference has to be asked of the candidate's texts, the verdict may be left to settle(), so that one load of
  /// the reference serves many candidates. Until then it is a waiting_verdict().
  bool may_wait = false;
};

/// A verdict that was left open.
struct SettledVerdict {
  Config config;
  Verdict verdict;
};

struct VisitOutcome {
  std::optional<Verdict> verdict;
  std::optional<double> gate_speed_ratio;  ///< against the reference
  std::optional<Visit> visit;
  std::optional<Failure> failure;
  bool cut = false;                      ///< the timed part met its deadline; there is no visit then
  std::optional<std::string> disturbed;  ///< by what the machine's own state was while it ran (run/watch.hpp)
};

/// Runs visits. The live one talks to real servers; tests and replays bring their own.
class TrialRunner {
public:
  virtual ~TrialRunner() = default;
  /// A failed trial is in the outcome; throws Interrupted, and Error when nothing can go on.
  virtual VisitOutcome visit(const VisitOrder& order) = 0;
  /// Waits until the machine has cooled down, as far as it tells. Throws Interrupted.
  virtual void cool_down() {}
  /// The verdicts of all visits that were left waiting.
  virtual std::vector<SettledVerdict> settle() { return {}; }
};

}  // namespace sweetspot
