#pragma once

#include "core/study.hpp"
#include "run/study_loop.hpp"
#include "run/trial_runner.hpp"

#include <optional>
#include <vector>

namespace sweetspot {

/// A study that is being run: what its phases share.
struct StudySession {
  Study& study;
  const StudySettings& settings;
  TrialRunner& runner;
  StudyObserver& observer;
  const StudyClock& clock;
  std::vector<double> launches_s = {};            ///< what visits took beside their timed part, without those that were gated
  double redone_s = 0;                            ///< spent on visits that had been disturbed
  std::optional<TimedEffort> repeat_effort = {};  ///< of race and confirm: set by the first of them, so that all ask the same

  /// The trial of a configuration, made when there is none. The reference holds until the next call that makes one.
  Trial& trial(const Config& config);

  /// One launch: gated when a tier is given, timed when a phase is. What comes of it is in the trial and was told to the
  /// observer.
  void visit(Trial& trial, std::optional<Phase> phase, std::optional<Tier> gate, int block = -1);

  /// One timed launch for a block of the confirm, which was to end at `end_s` of the clock. False when the machine became so
  /// slow that it was cut off: it counts for no speed then, only for what it showed of the output.
  bool confirm_visit(Trial& trial, int block, double end_s);

  /// One launch for the depths of the settings, untimed otherwise.
  void depth_visit(Trial& trial);

  /// The same while searching: the verdict may have to wait for settle().
  void search_visit(Trial& trial);
  /// Asks the reference about all that wait, when there are many of them, or in any case.
  enum class When { many, any };
  void settle(When when);

  /// What a visit takes, its launch included, from those made so far.
  double visit_seconds(Phase phase) const;

private:
  TimedEffort effort_from_search() const;
  void try_again(const Trial& trial, const VisitOrder& order, VisitOutcome& outcome);
  void redo_disturbed(VisitOrder order, VisitOutcome& outcome, double visit_s);
  enum class Timed { yes, no };
  /// False when it was cut off.
  bool run(Trial& trial, VisitOrder order, Timed timed);
};

}  // namespace sweetspot
