#pragma once

#include "demo_engine/server/machine.hpp"
#include "demo_engine/server/options.hpp"
#include "demo_engine/server/random.hpp"

#include <chrono>
#include <functional>
#include <mutex>

namespace demo {

/// The played machine: how long its work takes, with heat and noise. Times are milliseconds of its own clock; the wall's
/// are Options::time_scale times shorter. Safe to use from several threads.
class Clock {
public:
  explicit Clock(const Options& options);

  double step_ms(StepShape shape);
  double prefill_ms(double tokens, double context);
  double launch_ms() const;
  /// 0: nothing is waited for.
  double time_scale() const { return time_scale_; }

private:
  double disturbed(double ms);

  const Machine& machine_;
  const ModelProfile& model_;
  double time_scale_;
  int batch_;
  bool flash_attention_;
  double cache_bytes_;
  double draft_share_;
  double launch_factor_;
  std::mutex mutex_;
  Random noise_;
  double heat_ = 0;  ///< 0 cold, 1 as hot as it gets
  std::chrono::steady_clock::time_point cooling_since_;
};

/// One request's way through time: work moves its deadline, and waiting is always for the deadline, so that what a wait
/// oversleeps is not added up.
class Pacer {
public:
  /// `cancelled` is asked while waiting, at least every 20 ms.
  Pacer(double time_scale, std::function<bool()> cancelled);

  void work(double machine_ms);
  /// Until the deadline. False when the request was cancelled meanwhile.
  bool wait();
  /// Work so far, by the machine's clock.
  double machine_ms() const { return machine_ms_; }

private:
  double time_scale_;
  std::function<bool()> cancelled_;
  double machine_ms_ = 0;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace demo
