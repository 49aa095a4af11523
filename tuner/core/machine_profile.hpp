#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace sweetspot {

/// What identifies the machine for the validity of a result, and its state at the start.
struct MachineProfile {
  std::string os;                        ///< "Debian GNU/Linux 12 (bookworm)", "macOS 15.1"
  std::string kernel;                    ///< "Linux 6.1.0-25 x86_64"
  std::string model;                     ///< hardware model where known: "Mac16,5"
  std::string cpu;                       ///< "AMD EPYC"
  int cores = 0;                         ///< that this process may use
  std::optional<int> performance_cores;  ///< where cores are of several kinds: those of the fastest
  std::string accelerator;       ///< graphics processor with memory of its own: "NVIDIA GeForce RTX 4090"; empty: none was seen
  std::optional<int> gpu_cores;  ///< of a graphics processor that shares the memory
  std::int64_t memory_bytes = 0;
  std::optional<double> load_1min;
  std::optional<std::int64_t> memory_available_bytes;
  std::optional<std::int64_t> swap_used_bytes;
  std::optional<bool> on_battery;
  std::string power_mode;  ///< "low", "normal", "high", or the system's own word; empty: not told
  std::optional<double> temperature_c;
  std::optional<int> thermal_pressure;  ///< of macOS: 0 nominal, 1 moderate, 2 heavy, 3 trapping, 4 sleeping
  std::optional<int> memory_pressure;   ///< of macOS: 1 normal, 2 warning, 4 critical
  std::optional<std::int64_t>
      gpu_memory_limit_bytes;  ///< that macOS was told to let the graphics processor hold; nothing: its own
  std::optional<double> memory_bandwidth_bytes_per_s;  ///< measured (run/bandwidth.hpp); nothing: not measured
  bool operator==(const MachineProfile&) const = default;
};

/// "AMD EPYC, 2 cores, 23 GB"
std::string display(const MachineProfile& machine);

}  // namespace sweetspot
