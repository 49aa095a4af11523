#pragma once

#include <functional>

namespace sweetspot {

/// Calls work(0) ... work(count - 1), each in a thread of its own, and lets all go at the same moment. Returns when all have
/// ended; throws then what the first of them, by number, threw.
void at_once(int count, const std::function<void(int)>& work);

}  // namespace sweetspot
