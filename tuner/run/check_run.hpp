#pragma once

#include "core/interrupt.hpp"
#include "core/search_space.hpp"
#include "core/study.hpp"
#include "run/live_runner.hpp"
#include "run/tune.hpp"

namespace sweetspot {

/// One configuration through the gate.
struct CheckJob {
  LiveSetup setup;
  SearchSpace space;  ///< baseline and parameters; no axes
  Config fixed;
  Config set;  ///< on top of the baseline
  Tier tier = Tier::standard;
  bool find_culprit = true;  ///< of a broken configuration with several flags: costs more launches
};

struct CheckReport {
  Config config;
  Config changed;
  Verdict verdict;  ///< outcome error when the server failed
  Config culprit;   ///< the smallest part of `changed` that is broken, too; empty: not broken, or not smaller
  std::optional<Failure> failure;
  ReferenceSummary reference;
  std::optional<Command> command;
  double duration_s = 0;
};

/// A server that failed: outcome error by G0.
Verdict error_verdict(const Failure& failure);

/// Broken by G1: the reference is not good enough to compare anything with, for this reason.
Verdict unsound_verdict(const ReferenceSummary& reference, const std::string& reason);

/// Reference, then the configuration. An engine or model that is unsound as it comes is a verdict of broken by G1.
CheckReport run_check(CheckJob& job, const InterruptFlag& interrupt, const TuneOutput& output);

}  // namespace sweetspot
