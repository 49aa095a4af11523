#include "backends/process_memory.hpp"

#include <libproc.h>
#include <sys/resource.h>
#include <sys/types.h>

#include <array>
#include <cstddef>

namespace sweetspot {

std::optional<std::int64_t> group_memory_bytes_peak(std::int64_t group) {
  std::array<pid_t, 1024> members{};
  const int bytes = proc_listpids(PROC_PGRP_ONLY, static_cast<std::uint32_t>(group), members.data(),
                                  static_cast<int>(members.size() * sizeof(pid_t)));
  std::optional<std::int64_t> sum;
  for (std::size_t i = 0; bytes > 0 && i < static_cast<std::size_t>(bytes) / sizeof(pid_t); ++i) {
    if (members[i] <= 0) continue;
    rusage_info_v4 usage{};
    if (proc_pid_rusage(members[i], RUSAGE_INFO_V4, reinterpret_cast<rusage_info_t*>(&usage)) != 0) continue;
    sum = sum.value_or(0) + static_cast<std::int64_t>(usage.ri_lifetime_max_phys_footprint);
  }
  return sum;
}

}  // namespace sweetspot
