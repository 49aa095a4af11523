#include "backends/process_memory.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace sweetspot {

namespace {

bool in_group(const std::filesystem::path& process, std::int64_t group);
std::optional<std::int64_t> peak_resident_bytes(const std::filesystem::path& process);

}  // namespace

std::optional<std::int64_t> group_memory_bytes_peak(std::int64_t group) {
  std::optional<std::int64_t> sum;
  std::error_code error;
  for (std::filesystem::directory_iterator entry{"/proc", error}, end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (!std::all_of(name.begin(), name.end(), [](unsigned char letter) { return std::isdigit(letter) != 0; })) continue;
    if (!in_group(entry->path(), group)) continue;
    if (const auto bytes = peak_resident_bytes(entry->path())) sum = sum.value_or(0) + *bytes;
  }
  return sum;
}

namespace {

bool in_group(const std::filesystem::path& process, std::int64_t group) {
  std::ifstream file{process / "stat"};
  std::string line;
  std::getline(file, line);
  // "pid (name) state parent group ...": the name may hold blanks and brackets, so read from its last bracket on.
  const auto close = line.rfind(')');
  if (close == std::string::npos) return false;
  std::istringstream fields{line.substr(close + 1)};
  std::string state;
  std::int64_t parent = 0;
  std::int64_t process_group = 0;
  fields >> state >> parent >> process_group;
  return fields && process_group == group;
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
