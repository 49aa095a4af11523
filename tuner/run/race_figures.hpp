#pragma once

#include "core/study.hpp"

#include <vector>

namespace sweetspot {

/// What the rounds of the race say of one configuration.
struct RaceFigure {
  const Trial* trial = nullptr;
  double log_seconds = 0;  ///< against the others of its rounds
  int visits = 0;
};

struct RaceFigures {
  std::vector<RaceFigure> racers;  ///< best first, the default among them
  double noise = 0;                ///< deviation of one visit's log seconds
  int rounds = 0;                  ///< complete ones
};

/// From the complete rounds. Each visit is set against the level of its round, so that heat and steps fall on all alike, and
/// each configuration goes by the lower third of its visits, since other work only ever slows one down.
RaceFigures race_figures(const Study& study);

/// Two figures of so many visits each differ by no more than this unless one configuration is faster.
double race_resolution(const RaceFigures& figures, int visits);

}  // namespace sweetspot
