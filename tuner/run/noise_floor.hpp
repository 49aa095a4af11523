#pragma once

#include "core/study.hpp"

namespace sweetspot {

/// Deviation of one confirm block's log ratio if both arms were the same configuration: from every two visits of one
/// configuration that followed one another within a block of race or confirm, where only noise can tell them apart. 0 when there
/// are fewer than four such pairs.
double noise_floor(const Study& study);

}  // namespace sweetspot
