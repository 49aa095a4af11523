#include "backends/process_memory.hpp"

#include <libproc.h>
#include <mach/mach_time.h>
#include <sys/resource.h>
#include <sys/types.h>

#include <array>
#include <cstddef>
#include <vector>

namespace sweetspot {

namespace {

std::vector<rusage_info_v4> usages(std::int64_t group) {
  std::array<pid_t, 1024> members{};
  const int bytes = proc_listpids(PROC_PGRP_ONLY, static_cast<std::uint32_t>(group), members.data(),
                                  static_cast<int>(members.size() * sizeof(pid_t)));
  std::vector<rusage_info_v4> found;
  for (std::size_t i = 0; bytes > 0 && i < static_cast<std::size_t>(bytes) / sizeof(pid_t); ++i) {
    if (members[i] <= 0) continue;
    rusage_info_v4 usage{};
    if (proc_pid_rusage(members[i], RUSAGE_INFO_V4, reinterpret_cast<rusage_info_t*>(&usage)) == 0) found.push_back(usage);
  }
  return found;
}

/// Times of processes are told in ticks of the machine's absolute time, which are no nanoseconds on Apple's own processors.
double seconds_per_tick() {
  mach_timebase_info_data_t base{};
  if (mach_timebase_info(&base) != KERN_SUCCESS || base.denom == 0) return 0;
  return static_cast<double>(base.numer) / static_cast<double>(base.denom) / 1e9;
}

}  // namespace

std::optional<std::int64_t> group_memory_bytes_peak(std::int64_t group) {
  std::optional<std::int64_t> sum;
  for (const rusage_info_v4& usage : usages(group))
    sum = sum.value_or(0) + static_cast<std::int64_t>(usage.ri_lifetime_max_phys_footprint);
  return sum;
}

void forget_group_memory_peak(std::int64_t) {}

double group_cpu_seconds(std::int64_t group) {
  double ticks = 0;
  for (const rusage_info_v4& usage : usages(group)) {
    ticks += static_cast<double>(usage.ri_user_time) + static_cast<double>(usage.ri_system_time) +
             static_cast<double>(usage.ri_child_user_time) + static_cast<double>(usage.ri_child_system_time);
  }
  return ticks * seconds_per_tick();
}

}  // namespace sweetspot
