#include "backends/process_memory.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace sweetspot {

namespace {

/// What /proc/PID/stat tells of a process, as far as it is needed here.
struct Process {
  std::filesystem::path folder;
  std::int64_t group = 0;
  double cpu_s = 0;
};

std::vector<Process> members(std::int64_t group);
std::optional<std::int64_t> peak_resident_bytes(const std::filesystem::path& process);

}  // namespace

std::optional<std::int64_t> group_memory_bytes_peak(std::int64_t group) {
  std::optional<std::int64_t> sum;
  for (const Process& process : members(group)) {
    if (const auto bytes = peak_resident_bytes(process.folder)) sum = sum.value_or(0) + *bytes;
  }
  return sum;
}

void forget_group_memory_peak(std::int64_t group) {
  // 5: the peak becomes what is resident now (man 5 proc_pid_clear_refs).
  for (const Process& process : members(group)) std::ofstream{process.folder / "clear_refs"} << 5;
}

double group_cpu_seconds(std::int64_t group) {
  double sum = 0;
  for (const Process& process : members(group)) sum += process.cpu_s;
  return sum;
}

namespace {

Process process_at(const std::filesystem::path& folder) {
  Process process{folder, 0, 0};
  std::ifstream file{folder / "stat"};
  std::string line;
  std::getline(file, line);
  // "pid (name) state parent group ...": the name may hold blanks and brackets, so read from its last bracket on.
  const auto close = line.rfind(')');
  if (close == std::string::npos) return process;
  std::istringstream fields{line.substr(close + 1)};
  std::string skipped;
  std::int64_t group = 0;
  fields >> skipped >> skipped >> group;
  constexpr int before_times = 8;  // session to cmajflt (man 5 proc_pid_stat)
  for (int i = 0; i < before_times; ++i) fields >> skipped;
  std::array<double, 4> ticks{};  // of its own and of its children, user and system
  for (double& value : ticks) fields >> value;
  if (!fields) return process;
  process.group = group;
  process.cpu_s = (ticks[0] + ticks[1] + ticks[2] + ticks[3]) / static_cast<double>(sysconf(_SC_CLK_TCK));
  return process;
}

std::vector<Process> members(std::int64_t group) {
  std::vector<Process> found;
  std::error_code error;
  for (std::filesystem::directory_iterator entry{"/proc", error}, end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (!std::all_of(name.begin(), name.end(), [](unsigned char letter) { return std::isdigit(letter) != 0; })) continue;
    if (Process process = process_at(entry->path()); process.group == group) found.push_back(std::move(process));
  }
  return found;
}

/// Nothing for a process that has ended and is not reaped: it has no memory any more.
std::optional<std::int64_t> peak_resident_bytes(const std::filesystem::path& process) {
  std::ifstream file{process / "status"};
  std::string line;
  while (std::getline(file, line)) {
    if (!line.starts_with("VmHWM:")) continue;
    std::istringstream fields{line.substr(6)};
    std::int64_t kibibytes = 0;
    if (fields >> kibibytes) return kibibytes * 1024;
  }
  return std::nullopt;
}

}  // namespace

}  // namespace sweetspot
