#include "run/machine.hpp"

#include <libproc.h>
#include <mach/mach.h>
#include <sys/sysctl.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace sweetspot {

namespace {

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

/// Free, inactive and speculative pages: what the system can give away without swapping.
std::optional<std::int64_t> memory_available_bytes() {
  vm_statistics64_data_t statistics{};
  mach_msg_type_number_t count = HOST_VM_INFO64_COUNT;
  const auto host = mach_host_self();
  const auto result = host_statistics64(host, HOST_VM_INFO64, reinterpret_cast<host_info64_t>(&statistics), &count);
  mach_port_deallocate(mach_task_self(), host);
  if (result != KERN_SUCCESS) return std::nullopt;
  const auto pages = static_cast<std::int64_t>(statistics.free_count) + static_cast<std::int64_t>(statistics.inactive_count);
  return pages * static_cast<std::int64_t>(vm_kernel_page_size);
}

}  // namespace

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
  machine.memory_available_bytes = memory_available_bytes();
  if (const auto swap = number_of<xsw_usage>("vm.swapusage")) machine.swap_used_bytes = static_cast<std::int64_t>(swap->xsu_used);
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
    if (proc_name(id, name.data(), static_cast<std::uint32_t>(name.size())) > 0 && is_model_server(name.data()))
      names.push_back(std::string{name.data()} + " (process " + std::to_string(id) + ")");
  }
  return names;
}

}  // namespace sweetspot
