#include "run/machine.hpp"
#include "run/watch.hpp"

#include "core/value.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>

namespace sweetspot {

namespace {

namespace fs = std::filesystem;

/// None of the files read here is larger; /proc/cpuinfo of a large machine is cut, its first processor is enough.
constexpr std::size_t file_bytes = 256 << 10;

std::string text_of(const fs::path& path);
std::string first_line(const fs::path& path);
std::vector<fs::path> entries(const fs::path& folder);
std::vector<int> usable_processors();
int usable_cores();
struct Limits {
  std::optional<double> cores;
  std::optional<std::int64_t> memory_bytes;
  std::optional<std::int64_t> memory_left_bytes;
};
Limits group_limits();
std::string processor(std::string_view cpuinfo);
std::optional<bool> on_battery();
std::optional<double> temperature_c();
std::string accelerator();
std::string power_mode();
std::optional<int> performance_cores();
std::optional<double> busy_seconds();
std::optional<std::int64_t> swapped_out_bytes();
std::optional<std::int64_t> throttled();

}  // namespace

MachineProfile probe_machine() {
  MachineProfile machine;
  machine.os = proc::field(text_of("/etc/os-release"), "PRETTY_NAME", '=');
  utsname system{};
  if (uname(&system) == 0) {
    machine.kernel = std::string{system.sysname} + " " + system.release + " " + system.machine;
    if (machine.os.empty()) machine.os = system.sysname;
  }
  machine.model = first_line("/sys/devices/virtual/dmi/id/product_name");
  machine.cpu = processor(text_of("/proc/cpuinfo"));
  if (machine.cpu.empty()) machine.cpu = system.machine;
  const Limits limits = group_limits();
  machine.cores = usable_cores();
  if (limits.cores) machine.cores = std::min(machine.cores, std::max(1, static_cast<int>(std::ceil(*limits.cores))));
  machine.performance_cores = performance_cores();
  machine.accelerator = accelerator();
  const auto meminfo = text_of("/proc/meminfo");
  machine.memory_bytes = proc::meminfo_bytes(meminfo, "MemTotal").value_or(0);
  machine.memory_available_bytes = proc::meminfo_bytes(meminfo, "MemAvailable");
  if (limits.memory_bytes) machine.memory_bytes = std::min(machine.memory_bytes, *limits.memory_bytes);
  if (limits.memory_left_bytes && machine.memory_available_bytes)
    machine.memory_available_bytes = std::min(*machine.memory_available_bytes, *limits.memory_left_bytes);
  const auto swap_total = proc::meminfo_bytes(meminfo, "SwapTotal");
  const auto swap_free = proc::meminfo_bytes(meminfo, "SwapFree");
  if (swap_total && swap_free) machine.swap_used_bytes = *swap_total - *swap_free;
  const auto loads = first_line("/proc/loadavg");
  const auto load = number(parse_value(loads.substr(0, loads.find(' '))));
  if (std::isfinite(load)) machine.load_1min = load;
  machine.on_battery = on_battery();
  machine.power_mode = power_mode();
  machine.temperature_c = temperature_c();
  return machine;
}

MachineState machine_state(double server_cpu_s) {
  MachineState state;
  state.at_s = steady_seconds();
  state.cores = usable_cores();
  state.own_s = own_cpu_seconds() + server_cpu_s;
  state.busy_s = busy_seconds();
  state.swapped_out_bytes = swapped_out_bytes();
  state.on_battery = on_battery();
  state.power_mode = power_mode();
  state.throttled = throttled();
  state.temperature_c = temperature_c();
  return state;
}

std::vector<std::string> running_model_servers() {
  std::vector<std::string> names;
  for (const auto& entry : entries("/proc")) {
    const auto id = entry.filename().string();
    if (id.find_first_not_of("0123456789") != std::string::npos) continue;
    const auto program = first_line(entry / "comm");
    const auto arguments = is_interpreter(program) ? proc::arguments(text_of(entry / "cmdline")) : std::vector<std::string>{};
    const auto name = model_server_of(program, arguments);
    if (!name.empty()) names.push_back(fmt::format("{} (process {})", name, id));
  }
  return names;
}

namespace {

std::string text_of(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  std::string text(file_bytes, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  return text;
}

std::string first_line(const fs::path& path) {
  const auto text = text_of(path);
  return text.substr(0, text.find('\n'));
}

std::vector<fs::path> entries(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::directory_iterator entry{folder, error}; !error && entry != fs::directory_iterator{}; entry.increment(error))
    paths.push_back(entry->path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

/// Numbers of the processors that this process may run on; empty: not told, as where they are more than the fixed set holds.
std::vector<int> usable_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<int> numbers;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return numbers;
  for (int i = 0; i < CPU_SETSIZE; ++i) {
    if (CPU_ISSET(static_cast<std::size_t>(i), &set)) numbers.push_back(i);
  }
  return numbers;
}

int usable_cores() {
  const std::size_t count = usable_processors().size();
  return static_cast<int>(count > 0 ? static_cast<long>(count) : std::max(1L, sysconf(_SC_NPROCESSORS_ONLN)));
}

/// Of the control groups (version 2) that this process is in: the tightest from its own up to the root. In a container its own is
/// shown as the root.
Limits group_limits() {
  Limits limits;
  const fs::path root = "/sys/fs/cgroup";
  for (fs::path path = proc::control_group(text_of("/proc/self/cgroup")); !path.empty(); path = path.parent_path()) {
    const fs::path folder = root / path.relative_path();
    if (const auto cores = proc::cores_allowed(first_line(folder / "cpu.max")))
      limits.cores = std::min(limits.cores.value_or(*cores), *cores);
    if (const auto bytes = proc::whole_number(first_line(folder / "memory.max"))) {
      limits.memory_bytes = std::min(limits.memory_bytes.value_or(*bytes), *bytes);
      const auto used = proc::whole_number(first_line(folder / "memory.current")).value_or(0);
      // Files that were read and are not in use go first.
      const auto spare = proc::whole_number(proc::field(text_of(folder / "memory.stat"), "inactive_file", ' ')).value_or(0);
      const std::int64_t left = std::max<std::int64_t>(0, *bytes - used + spare);
      limits.memory_left_bytes = std::min(limits.memory_left_bytes.value_or(left), left);
    }
    if (path == path.root_path()) break;
  }
  return limits;
}

std::string processor(std::string_view cpuinfo) {
  for (const auto* name : {"model name", "Model", "Hardware", "cpu"}) {
    auto value = proc::field(cpuinfo, name, ':');
    if (!value.empty()) return value;
  }
  return {};
}

/// A machine with neither a battery nor a mains adapter does not tell.
std::optional<bool> on_battery() {
  std::optional<bool> answer;
  for (const auto& supply : entries("/sys/class/power_supply")) {
    const auto type = first_line(supply / "type");
    if (type == "Mains" && first_line(supply / "online") == "1") return false;
    if (type == "Battery" && first_line(supply / "scope") != "Device") answer = first_line(supply / "status") == "Discharging";
  }
  return answer;
}

/// As the drivers of NVIDIA and AMD show it; one that shares the processor's memory counts too where AMD's compute driver runs
/// it.
std::string accelerator() {
  for (const auto& card : entries("/proc/driver/nvidia/gpus")) {
    auto name = proc::field(text_of(card / "information"), "Model", ':');
    if (!name.empty()) return name;
  }
  std::error_code ignored;
  return fs::exists("/dev/kfd", ignored) ? "AMD graphics processor" : "";
}

/// The firmware's profile, else the governor of the first processor.
std::string power_mode() {
  auto profile = first_line("/sys/firmware/acpi/platform_profile");
  return profile.empty() ? first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor") : profile;
}

/// Processors whose highest frequency is that of the fastest, where there are slower ones.
std::optional<int> performance_cores() {
  std::vector<double> kilohertz;
  for (const auto& core : entries("/sys/devices/system/cpu")) {
    const auto most = number(parse_value(first_line(core / "cpufreq/cpuinfo_max_freq")));
    if (std::isfinite(most) && most > 0) kilohertz.push_back(most);
  }
  if (kilohertz.empty()) return std::nullopt;
  const double fastest = *std::max_element(kilohertz.begin(), kilohertz.end());
  // Cores of one kind differ by their favoured turbo: less than a tenth.
  const auto count = std::count_if(kilohertz.begin(), kilohertz.end(), [&](double one) { return one > 0.9 * fastest; });
  return static_cast<std::size_t>(count) == kilohertz.size() ? std::nullopt : std::optional(static_cast<int>(count));
}

/// The hottest zone.
std::optional<double> temperature_c() {
  std::optional<double> hottest;
  for (const auto& zone : entries("/sys/class/thermal")) {
    if (!zone.filename().string().starts_with("thermal_zone")) continue;
    const auto celsius = number(parse_value(first_line(zone / "temp"))) / 1000;
    if (std::isfinite(celsius) && celsius > 0 && (!hottest || celsius > *hottest)) hottest = celsius;
  }
  return hottest;
}

std::optional<double> busy_seconds() {
  const auto ticks = proc::busy_ticks(text_of("/proc/stat"), usable_processors());
  const long per_second = sysconf(_SC_CLK_TCK);
  return ticks && per_second > 0 ? std::optional(*ticks / static_cast<double>(per_second)) : std::nullopt;
}

std::optional<std::int64_t> swapped_out_bytes() {
  const auto pages = proc::whole_number(proc::field(text_of("/proc/vmstat"), "pswpout", ' '));
  return pages ? std::optional(*pages * sysconf(_SC_PAGESIZE)) : std::nullopt;
}

/// Times that any core was held back; nothing where the machine does not count.
std::optional<std::int64_t> throttled() {
  std::optional<std::int64_t> times;
  for (const auto& core : entries("/sys/devices/system/cpu")) {
    const auto count = number(parse_value(first_line(core / "thermal_throttle/core_throttle_count")));
    if (std::isfinite(count)) times = times.value_or(0) + static_cast<std::int64_t>(count);
  }
  return times;
}

}  // namespace

}  // namespace sweetspot
