#pragma once

#include "core/study.hpp"

#include <vector>

namespace sweetspot {

/// How slow the machine was at a time of the study, log seconds of the default.
struct Level {
  double at_s = 0;
  double log_seconds = 0;
};

/// By the default's visits, in order of time; each is the median of itself and its neighbours, so that one burst of other work
/// moves nothing. Empty when the machine did not change by more than its noise explains.
std::vector<Level> levels(const Trial& baseline);
std::vector<Level> levels(const Study& study);

/// Linear between two, constant beyond the first and the last; 0 for none.
double level_at(const std::vector<Level>& levels, double at_s);

}  // namespace sweetspot
