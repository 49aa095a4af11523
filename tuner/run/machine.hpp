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

/// The model server that a process of this name is, or nothing. Interpreters and loaders bear another name: theirs is among the
/// first arguments. Pure.
std::string model_server_of(std::string_view program_name, const std::vector<std::string>& arguments);

/// Whether a process of this name runs what its arguments name.
bool is_interpreter(std::string_view program_name);

/// Whether a burst may begin: the system holds nothing back, and the temperature is about what it was at first, as far as the
/// machine tells. Pure.
bool has_cooled(const MachineProfile& machine, std::optional<double> first_c);

/// Readers of Linux's own texts, apart from the files so that they can be tested anywhere.
namespace proc {
/// Value of the first "name : value" line of /proc/cpuinfo or "NAME=value" of /etc/os-release, without quotes.
std::string field(std::string_view text, std::string_view name, char separator);
/// Bytes of a "Name:   123 kB" line of /proc/meminfo; nothing when there is none.
std::optional<std::int64_t> meminfo_bytes(std::string_view text, std::string_view name);
/// Of /proc/stat: what these processors have worked, time stolen by other machines included; all of them where none is named.
/// Nothing where one of them has no line.
std::optional<double> busy_ticks(std::string_view text, const std::vector<int>& processors);
/// Of /proc/self/cgroup: the path of the group of version 2; empty: there is none.
std::string control_group(std::string_view text);
/// Of a group's cpu.max; nothing: as many as there are.
std::optional<double> cores_allowed(std::string_view line);
/// A number alone, as in a group's memory.max; nothing for "max".
std::optional<std::int64_t> whole_number(std::string_view line);
/// The first arguments of a process, of /proc/PID/cmdline.
std::vector<std::string> arguments(std::string_view bytes);
}  // namespace proc

/// Readers of what macOS's own programs print, apart from them for the same reason.
namespace darwin {
/// Of `pmset -g batt`.
std::optional<bool> on_battery(std::string_view text);
/// "low", "normal" or "high", of `pmset -g`; empty when it does not tell.
std::string power_mode(std::string_view text);
/// Of `ioreg -r -c AGXAccelerator -d 1`.
std::optional<int> gpu_cores(std::string_view text);
/// The first arguments of a process, of what sysctl KERN_PROCARGS2 gives: their number, the executable's path, blanks, the
/// arguments and the environment, each ended by a zero.
std::vector<std::string> arguments(std::string_view bytes);
}  // namespace darwin

}  // namespace sweetspot
