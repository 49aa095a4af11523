#pragma once

#include "core/interrupt.hpp"
#include "core/search_space.hpp"
#include "core/study.hpp"
#include "run/live_runner.hpp"
#include "run/store.hpp"
#include "run/study_loop.hpp"

#include <functional>
#include <string>

namespace sweetspot {

/// A study that is ready to run: new, or loaded from the store.
struct TuneJob {
  LiveSetup setup;
  SearchSpace space;
  Config fixed;  ///< by the user
  StudySettings settings;
  std::string strategy;
  Study study;
};

/// How a running study tells what it does: lines that stay, and a status that is overwritten.
struct TuneOutput {
  std::function<void(const std::string&)> line;
  StatusLine status;
};

/// The whole job: look at the baseline, plan and say what it will take, reference, search, confirm, conclude. The study is
/// in the store after every step. Throws Interrupted with everything stored, and Error.
void run_tune(TuneJob& job, Store& store, const InterruptFlag& interrupt, const TuneOutput& output);

}  // namespace sweetspot
