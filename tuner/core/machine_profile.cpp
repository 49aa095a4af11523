#include "core/machine_profile.hpp"

#include <fmt/format.h>

namespace sweetspot {

std::string display(const MachineProfile& machine) {
  constexpr double gigabyte = 1024.0 * 1024.0 * 1024.0;
  std::string out = machine.cpu.empty() ? "unknown processor" : machine.cpu;
  if (machine.cores > 0) out += fmt::format(", {} {}", machine.cores, machine.cores == 1 ? "core" : "cores");
  if (machine.memory_bytes > 0) out += fmt::format(", {:.0f} GB", static_cast<double>(machine.memory_bytes) / gigabyte);
  return out;
}

}  // namespace sweetspot
