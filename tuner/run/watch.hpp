#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace sweetspot {

/// What may spoil a measurement, at one moment; the difference of two of them tells whether it did.
struct MachineState {
  double at_s = 0;               ///< of the steady clock
  int cores = 1;                 ///< that `busy_s` tells of: those that this process may run on
  std::optional<double> busy_s;  ///< they have worked since they were started, time stolen by other machines included
  double own_s = 0;              ///< of it this program, its children that have ended, and the server that lives
  std::optional<std::int64_t> swapped_out_bytes;  ///< since the system started: what a server swapped outlives it here
  std::optional<bool> on_battery;
  std::string power_mode;                 ///< empty: not told
  std::optional<std::int64_t> throttled;  ///< times the processor was held back, or the level of thermal pressure
  std::optional<double> temperature_c;
  bool operator==(const MachineState&) const = default;
};

/// The state now, with what a server that lives has worked so far (ServerProcess::cpu_seconds). What the system does not tell is
/// left out; never throws.
MachineState machine_state(double server_cpu_s);

/// Processor time of this program and of its children that have ended, seconds.
double own_cpu_seconds();
double steady_seconds();

/// What disturbed the time between two states, in words; nothing when it was quiet. Pure.
std::optional<std::string> disturbed_by(const MachineState& before, const MachineState& after);

}  // namespace sweetspot
