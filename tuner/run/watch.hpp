#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace sweetspot {

/// What may spoil a measurement, at one moment; the difference of two of them tells whether it did.
struct MachineState {
  double at_s = 0;               ///< of the steady clock
  std::optional<double> busy_s;  ///< all processors have worked since they were started, time stolen by other machines included
  double own_s = 0;              ///< of it this program and its children that have ended
  std::optional<std::int64_t> swap_used_bytes;
  std::optional<bool> on_battery;
  std::optional<std::int64_t> throttled;  ///< times the processor was held back, or the level of thermal pressure
  bool operator==(const MachineState&) const = default;
};

/// The state now. What the system does not tell is left out; never throws.
MachineState machine_state();

/// Processor time of this program and of its children that have ended, seconds.
double own_cpu_seconds();
double steady_seconds();

/// What disturbed the time between two states, in words; nothing when it was quiet. Pure.
std::optional<std::string> disturbed_by(const MachineState& before, const MachineState& after, int cores);

}  // namespace sweetspot
