#include "run/machine.hpp"
#include "run/watch.hpp"

#include "backends/server_process.hpp"
#include "core/error.hpp"
#include "core/interrupt.hpp"

#include <libproc.h>
#include <mach/mach.h>
#include <sys/sysctl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>

#if __has_include(<notify.h>)
#include <notify.h>
#else  // a cross compiler's headers may lack it; the functions are in libSystem
extern "C" {
std::uint32_t notify_register_check(const char* name, int* token);
std::uint32_t notify_get_state(int token, std::uint64_t* state);
std::uint32_t notify_cancel(int token);
}
#endif

namespace sweetspot {

namespace {

constexpr std::chrono::seconds tool_timeout{5};

std::string text_of(const char* name) {
  std::size_t size = 0;
  if (sysctlbyname(name, nullptr, &size, nullptr, 0) != 0 || size == 0) return {};
  std::string text(size, '\0');
  if (sysctlbyname(name, text.data(), &size, nullptr, 0) != 0) return {};
  return text.substr(0, text.find('\0'));
}

template <typename Number>
std::optional<Number> number_of(const char* name) {
  Number value{};
  std::size_t size = sizeof value;
  if (sysctlbyname(name, &value, &size, nullptr, 0) != 0 || size != sizeof value) return std::nullopt;
  return value;
}

std::optional<vm_statistics64_data_t> memory_statistics() {
  vm_statistics64_data_t statistics{};
  mach_msg_type_number_t count = HOST_VM_INFO64_COUNT;
  const auto host = mach_host_self();
  const auto result = host_statistics64(host, HOST_VM_INFO64, reinterpret_cast<host_info64_t>(&statistics), &count);
  mach_port_deallocate(mach_task_self(), host);
  return result == KERN_SUCCESS ? std::optional(statistics) : std::nullopt;
}

/// Free, inactive and speculative pages: what the system can give away without swapping.
std::optional<std::int64_t> memory_available_bytes() {
  const auto statistics = memory_statistics();
  if (!statistics) return std::nullopt;
  const auto pages = static_cast<std::int64_t>(statistics->free_count) + static_cast<std::int64_t>(statistics->inactive_count);
  return pages * static_cast<std::int64_t>(vm_kernel_page_size);
}

/// Since the system started. What is only compressed is no swapping.
std::optional<std::int64_t> swapped_out_bytes() {
  const auto statistics = memory_statistics();
  if (!statistics) return std::nullopt;
  return static_cast<std::int64_t>(statistics->swapouts) * static_cast<std::int64_t>(vm_kernel_page_size);
}

/// User, system and nice time of all processors since they were started.
std::optional<double> busy_seconds() {
  host_cpu_load_info_data_t load{};
  mach_msg_type_number_t count = HOST_CPU_LOAD_INFO_COUNT;
  const auto host = mach_host_self();
  const auto result = host_statistics(host, HOST_CPU_LOAD_INFO, reinterpret_cast<host_info_t>(&load), &count);
  mach_port_deallocate(mach_task_self(), host);
  const long per_second = sysconf(_SC_CLK_TCK);
  if (result != KERN_SUCCESS || per_second <= 0) return std::nullopt;
  double ticks = 0;
  for (const int state : {CPU_STATE_USER, CPU_STATE_SYSTEM, CPU_STATE_NICE}) ticks += static_cast<double>(load.cpu_ticks[state]);
  return ticks / static_cast<double>(per_second);
}

std::optional<std::int64_t> swap_used_bytes() {
  if (const auto swap = number_of<xsw_usage>("vm.swapusage")) return static_cast<std::int64_t>(swap->xsu_used);
  return std::nullopt;
}

/// 0 nominal, 1 moderate, 2 heavy, 3 trapping, 4 sleeping; told without root.
std::optional<std::int64_t> thermal_pressure() {
  int token = 0;
  std::uint64_t level = 0;
  if (notify_register_check("com.apple.system.thermalpressurelevel", &token) != 0) return std::nullopt;
  const bool known = notify_get_state(token, &level) == 0;
  notify_cancel(token);
  return known ? std::optional<std::int64_t>(static_cast<std::int64_t>(level)) : std::nullopt;
}

/// The first arguments of a process of this user's; none where they are not told.
std::vector<std::string> arguments_of(pid_t id) {
  std::array<int, 3> name{CTL_KERN, KERN_PROCARGS2, id};
  std::size_t size = static_cast<std::size_t>(number_of<int>("kern.argmax").value_or(0));
  std::string bytes(size, '\0');
  if (size == 0 || sysctl(name.data(), name.size(), bytes.data(), &size, nullptr, 0) != 0) return {};
  bytes.resize(std::min(size, bytes.size()));
  return darwin::arguments(bytes);
}

/// What one of the system's own programs prints; empty when it cannot be run.
std::string printed_by(const std::vector<std::string>& argv) {
  LaunchPlan plan;
  plan.argv = argv;
  try {
    return run_command(plan, tool_timeout, NeverInterrupted{}).output;
  } catch (const Error&) {
    return {};
  }
}

}  // namespace

MachineState machine_state(double server_cpu_s) {
  MachineState state;
  state.at_s = steady_seconds();
  state.cores = number_of<int>("hw.activecpu").value_or(1);
  state.own_s = own_cpu_seconds() + server_cpu_s;
  state.busy_s = busy_seconds();
  state.swapped_out_bytes = swapped_out_bytes();
  state.on_battery = darwin::on_battery(printed_by({"/usr/bin/pmset", "-g", "batt"}));
  state.power_mode = darwin::power_mode(printed_by({"/usr/bin/pmset", "-g"}));
  state.throttled = thermal_pressure();
  return state;
}

MachineProfile probe_machine() {
  MachineProfile machine;
  machine.os = "macOS " + text_of("kern.osproductversion");
  utsname system{};
  if (uname(&system) == 0) machine.kernel = std::string{system.sysname} + " " + system.release + " " + system.machine;
  machine.model = text_of("hw.model");
  machine.cpu = text_of("machdep.cpu.brand_string");
  machine.cores = number_of<int>("hw.activecpu").value_or(1);
  machine.memory_bytes = number_of<std::int64_t>("hw.memsize").value_or(0);
  std::array<double, 1> load{};
  if (getloadavg(load.data(), 1) == 1) machine.load_1min = load[0];
  machine.performance_cores = number_of<int>("hw.perflevel0.physicalcpu");
  machine.gpu_cores = darwin::gpu_cores(printed_by({"/usr/sbin/ioreg", "-r", "-c", "AGXAccelerator", "-d", "1"}));
  machine.on_battery = darwin::on_battery(printed_by({"/usr/bin/pmset", "-g", "batt"}));
  machine.power_mode = darwin::power_mode(printed_by({"/usr/bin/pmset", "-g"}));
  machine.memory_available_bytes = memory_available_bytes();
  machine.swap_used_bytes = swap_used_bytes();
  if (const auto level = thermal_pressure()) machine.thermal_pressure = static_cast<int>(*level);
  machine.memory_pressure = number_of<int>("kern.memorystatus_vm_pressure_level");
  if (const auto megabytes = number_of<int>("iogpu.wired_limit_mb"); megabytes.value_or(0) > 0)
    machine.gpu_memory_limit_bytes = std::int64_t{*megabytes} << 20;
  return machine;
}

std::vector<std::string> running_model_servers() {
  // Room for processes that start between the two calls.
  const int bytes = proc_listallpids(nullptr, 0) * static_cast<int>(sizeof(pid_t));
  std::vector<pid_t> ids(static_cast<std::size_t>(std::max(bytes, 0)) / sizeof(pid_t) + 64);
  const int count = proc_listallpids(ids.data(), static_cast<int>(ids.size() * sizeof(pid_t)));
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) {
    std::array<char, 256> name{};
    const auto id = ids[static_cast<std::size_t>(i)];
    if (proc_name(id, name.data(), static_cast<std::uint32_t>(name.size())) <= 0) continue;
    // Asking for arguments takes a large buffer each time: only of those whose name says nothing.
    const auto server = model_server_of(name.data(), is_interpreter(name.data()) ? arguments_of(id) : std::vector<std::string>{});
    if (!server.empty()) names.push_back(server + " (process " + std::to_string(id) + ")");
  }
  return names;
}

}  // namespace sweetspot
