#pragma once

#include "core/interrupt.hpp"
#include "core/requirement.hpp"
#include "core/search_space.hpp"
#include "core/study.hpp"
#include "run/score.hpp"
#include "run/trial_runner.hpp"
#include "search/strategy.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace sweetspot {

/// How a study is run.
struct StudySettings {
  double budget_s = 1800;
  int trials_most = 0;  ///< 0: no limit
  double min_gain_ratio = 1.02;
  AllowLossy allow_lossy = AllowLossy::no;
  Tier finalist_tier = Tier::standard;  ///< what a candidate must stand before it is confirmed; quick is what searching asks
  Goal goal;
  std::vector<Requirement> requirements;  ///< what is not as required is not eligible
  std::set<std::string> not_scored;       ///< classes that cannot be verified
  double finalist_s = 0;                  ///< what checking a finalist will take: kept from the search, as the confirm's time is
  std::vector<std::int64_t> depths;       ///< of context, where default and candidate are compared too; none: nowhere
  std::int64_t session_tokens = 0;        ///< to which a tool-using conversation grows, for both; 0: none is asked for
  std::map<std::string, std::int64_t>
      model_bytes_per_token;  ///< by value of the parameter `model`: of other files than the target's
  Pace pace = Pace::sustained;
  TimedEffort search_effort;
  TimedEffort confirm_effort;
  std::uint64_t seed = 1;
};

/// What the loop tells while it runs. Every call comes after the study itself was changed.
class StudyObserver {
public:
  virtual ~StudyObserver() = default;
  virtual void trial_changed(const Study& study, const Trial& trial) = 0;
  virtual void visit_added(const Study& study, const Trial& trial, const Visit& visit) = 0;
  virtual void note(const std::string& text) = 0;
};

/// Seconds since the study began, earlier sessions included.
using StudyClock = std::function<double()>;

/// Baseline, search, race, finalists, confirm. The history in `study.trials` is the only state: with a loaded history it
/// goes on where it was. Ends early with the study as it is when the baseline cannot be measured. Throws Interrupted.
void run_study(Study& study, const SearchSpace& space, const Strategy& strategy, const StudySettings& settings,
               TrialRunner& runner, StudyObserver& observer, const StudyClock& clock);

}  // namespace sweetspot
