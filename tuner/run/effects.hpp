#pragma once

#include "core/study.hpp"

namespace sweetspot {

/// What each parameter value that was tried alone does to the score (`Study::effects`), with its 95 % interval: from the visits
/// of the search and the race, whose number and noise make the interval.
void add_effects(Study& study);

}  // namespace sweetspot
