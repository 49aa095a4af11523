#pragma once

#include "core/interrupt.hpp"
#include "core/statistics.hpp"
#include "core/study.hpp"
#include "run/confirm.hpp"
#include "run/live_setup.hpp"
#include "run/tune.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace sweetspot {

/// Two configurations against each other; two builds or two models are configurations as well (live_setup.hpp).
struct CompareJob {
  LiveSetup setup;
  Config a;
  Config b;
  Tier tier = Tier::standard;
  Until until = Until::told;  ///< how many blocks
  Pace pace = Pace::sustained;
  std::vector<std::int64_t> depths;  ///< of context: a goal about depth is timed at the deepest
  double budget_s = 1800;
};

/// One side.
struct CompareArm {
  Config config;
  EngineIdentity engine;
  Command command;
  std::optional<Verdict> verdict;  ///< against the plain decoding of the setup's own model and build
  std::optional<Failure> failure;
  std::optional<Measurement> measurement;
};

struct CompareReport {
  CompareArm a;
  CompareArm b;
  ReferenceSummary reference;
  /// Of log(seconds of a / seconds of b), one figure per block A B B A; n = 0 when an arm is of no use, which ends it.
  ConfirmDecision decision;
  double duration_s = 0;
};

/// It ran, and its output was checked and is right, or within the limits of lossy: only such a side is timed.
bool usable(const CompareArm& arm);

/// `different` as compare claims it: from confirm_blocks_least blocks on.
ConfirmDecision claimed(ConfirmDecision decision);

/// Both through the gate, then fresh mirrored blocks: by default until a difference is told or a small one excluded, at most
/// until the blocks or the budget are used up.
CompareReport run_compare(CompareJob& job, const InterruptFlag& interrupt, const TuneOutput& output);

}  // namespace sweetspot
