#pragma once

#include "run/session.hpp"

namespace sweetspot {

/// Whether the default still gets slower: by its visits in order of time, the last is slower than the one before by more than
/// 1 % a minute (measurement.md "The machine"). Pure.
bool still_warming(const Trial& baseline);

/// Before anything is compared at a sustained pace: the default again and again until it no longer gets slower, within a small
/// share of the budget. What a study that goes on has measured already is not repeated.
void soak(StudySession& session);

}  // namespace sweetspot
