#pragma once

#include "core/interrupt.hpp"

namespace sweetspot {

/// Ctrl-C, SIGTERM and SIGHUP while it lives. The first raises the flag and says so at once; the second kills every
/// server that we started and ends the program with 130. SIGPIPE is ignored: a reader that goes away is a failed write.
/// One at a time.
class SignalFlag final : public InterruptFlag {
public:
  SignalFlag();
  ~SignalFlag() override;
  SignalFlag(const SignalFlag&) = delete;
  SignalFlag& operator=(const SignalFlag&) = delete;
  bool raised() const override;
};

}  // namespace sweetspot
