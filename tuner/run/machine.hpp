#pragma once

#include "core/machine_profile.hpp"
#include "core/study.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sweetspot {

/// The machine and its state now. What the system does not tell is left out; never throws.
MachineProfile probe_machine();

/// Names of programs that serve language models and run now, as the system shows them; ours are among them while they
/// run. Only for a report: nothing is ever stopped by name.
std::vector<std::string> running_model_servers();

/// What would disturb a measurement on this machine now, each with the way out. Pure.
std::vector<Warning> disturbances(const MachineProfile& machine, const std::vector<std::string>& model_servers);

/// Whether a program of this name serves language models.
bool is_model_server(std::string_view program_name);

/// Readers of Linux's own texts, apart from the files so that they can be tested anywhere.
namespace proc {
/// Value of the first "name : value" line of /proc/cpuinfo or "NAME=value" of /etc/os-release, without quotes.
std::string field(std::string_view text, std::string_view name, char separator);
/// Bytes of a "Name:   123 kB" line of /proc/meminfo; nothing when there is none.
std::optional<std::int64_t> meminfo_bytes(std::string_view text, std::string_view name);
}  // namespace proc

/// Readers of what macOS's own programs print, apart from them for the same reason.
namespace darwin {
/// Of `pmset -g batt`.
std::optional<bool> on_battery(std::string_view text);
/// "low", "normal" or "high", of `pmset -g`; empty when it does not tell.
std::string power_mode(std::string_view text);
/// Of `ioreg -r -c AGXAccelerator -d 1`.
std::optional<int> gpu_cores(std::string_view text);
}  // namespace darwin

}  // namespace sweetspot
