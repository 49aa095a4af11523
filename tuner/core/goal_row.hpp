#pragma once

#include "core/config.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace sweetspot {

/// What one study found for one goal: a line of the table over several engines and models.
struct GoalRow {
  std::string goal;
  std::string study;  ///< id; empty: it could not be run
  std::string engine;
  std::string engine_version;
  std::string model;
  std::string quantisation;
  std::int64_t context = 0;  ///< tokens served
  Config changed;            ///< against the engine's default
  std::optional<double> score_s;
  std::optional<double> decode_tokens_per_second;
  std::optional<std::int64_t> memory_bytes_peak;
  std::string verdict;     ///< pass, tie, lossy; unsound; error
  bool confirmed = false;  ///< by the study's confirm, or the default itself; else from the search's visits alone
  std::string reason;      ///< why there is no score
  bool operator==(const GoalRow&) const = default;
};

}  // namespace sweetspot
