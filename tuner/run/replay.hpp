#pragma once

#include "run/recorded_table.hpp"
#include "search/strategy.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace sweetspot {

struct ReplaySettings {
  std::size_t evaluations = 100;
  double noise = 0;                          ///< deviation of the logarithm of what a strategy is told
  std::vector<Config> winners;               ///< of other machines, the most promising first
  std::vector<std::string> by_request = {};  ///< parameters that need no new server where they alone change
  double launch_s = 0;                       ///< what launching one takes beside the second that a measurement takes
};

/// One run of a strategy over a table. A table has no default: the run begins with a row that the seed draws. An evaluation is
/// one proposal, failures included.
struct ReplayRun {
  std::vector<double> ratios;     ///< after each evaluation: optimum / true value of what looks best, 0 until something worked
  std::vector<bool> failed;       ///< each evaluation
  std::vector<std::size_t> rows;  ///< of the table
  std::vector<bool> launched;     ///< each evaluation: the server before could not serve it
  std::vector<double> proposal_seconds;  ///< each proposal
};

/// Seconds of any steady clock.
using SecondsNow = std::function<double()>;

/// Ends early when the strategy proposes nothing more.
ReplayRun replay(const RecordedTable& table, const Strategy& strategy, const ReplaySettings& settings, std::uint64_t seed,
                 const SecondsNow& now);

/// The ratio after `evaluations`, or the last where the run was shorter; 0 for none.
double ratio_at(const ReplayRun& run, std::size_t evaluations);

/// What many runs over one table say together.
struct ReplaySummary {
  std::map<std::size_t, double> ratio_mean;  ///< by number of evaluations
  std::map<std::size_t, double> ratio_sd;    ///< over the seeds
  double wasted_mean_60 = 0;                 ///< failures among the first 60
  std::map<double, std::optional<std::size_t>>
      evaluations_to;  ///< the first count whose mean ratio is this; nothing: not reached
  double seconds_per_proposal_median = 0;
};

ReplaySummary summary_of(const std::vector<ReplayRun>& runs, std::size_t evaluations);

}  // namespace sweetspot
