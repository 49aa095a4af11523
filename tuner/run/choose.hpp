#pragma once

#include "run/session.hpp"

namespace sweetspot {

/// What the check of a finalist may take, seconds: kept from the search and from the first blocks of the confirm.
double check_seconds(const StudySession& session);

/// Whether the trial was asked all that a recommendation needs, and is eligible after it.
bool stands(const Trial& trial, const StudySettings& settings);

/// Tries the best candidates in turn, until one gains in the confirm and stands the finalists' check as well: first it has to
/// show its gain, since most that fail fail there, and blocks are cheaper than the check. True when there is one.
bool choose(StudySession& session);

/// There is none: the time left goes to how small a gain could have been seen, on the pair with the most blocks so far.
void show_noise(StudySession& session);

}  // namespace sweetspot
