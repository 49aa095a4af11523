#pragma once

#include "core/interrupt.hpp"

namespace sweetspot {

/// Raised from the given question on: a Ctrl-C in the middle of a wait, without a clock.
class InterruptAfter final : public InterruptFlag {
public:
  explicit InterruptAfter(int questions) : left_(questions) {}
  bool raised() const override { return left_-- <= 0; }

private:
  mutable int left_;
};

}  // namespace sweetspot
