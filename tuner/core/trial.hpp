#pragma once

#include "core/config.hpp"
#include "core/failure.hpp"
#include "core/measurement.hpp"
#include "core/verdict.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sweetspot {

/// Why a visit was made.
enum class Phase { search, anchor, confirm, reference, depth };
std::string_view to_string(Phase phase);
Phase phase_from(std::string_view text);

/// One launch of a configuration and what was measured in it.
struct Visit {
  Phase phase = Phase::search;
  int block = -1;          ///< confirm block, from 0
  std::string started_at;  ///< UTC, ISO 8601
  double at_s = 0;         ///< of the study's clock, when the visit began
  double duration_s = 0;
  Measurement measurement;
  std::vector<RequestSample> samples;  ///< without raw bytes
  bool operator==(const Visit&) const = default;
};

/// A configuration on a target: everything learned of it.
struct Trial {
  std::string id;  ///< unique across machines
  Config config;
  Config changed;  ///< against the baseline
  std::optional<Verdict> verdict;
  std::optional<Failure> failure;
  std::optional<Measurement> measurement;  ///< over all visits
  /// Default's seconds / its own: of the confirm's blocks where there are enough, else of the search, against how fast the
  /// machine was at the time. Set when a study is concluded.
  std::optional<double> speed_ratio;
  std::string unmet;                       ///< what of the user's requirements the measurement does not meet; empty: nothing
  std::optional<double> gate_speed_ratio;  ///< reference seconds / candidate seconds on the gate's own prompts
  std::vector<Visit> visits;
  bool operator==(const Trial&) const = default;
};

/// Passed the gate, did not fail, has a score, is as required. `lossy` counts only when the caller allows it.
bool eligible(const Trial& trial, AllowLossy allow);

}  // namespace sweetspot
