#pragma once

namespace sweetspot {

/// Asked by every loop that waits: true once the user wants to stop. Implemented by cli/signals; tests pass their own.
class InterruptFlag {
public:
  virtual ~InterruptFlag() = default;
  virtual bool raised() const = 0;
};

class NeverInterrupted final : public InterruptFlag {
public:
  bool raised() const override { return false; }
};

}  // namespace sweetspot
