#pragma once

#include "run/session.hpp"

namespace sweetspot {

/// The best few and the default in mirrored rounds, fewer of them as the rounds go on, so that neither a lucky visit nor a
/// machine that changes its speed chooses the finalist. Ends when one is left, or with its share of the time.
void race(StudySession& session);

}  // namespace sweetspot
