#include "run/watch.hpp"

#include <fmt/format.h>

#include <sys/resource.h>

#include <algorithm>
#include <chrono>

namespace sweetspot {
namespace {

constexpr double foreign_share = 0.1;  ///< of all cores that others may use: more shows in every figure
constexpr double foreign_least = 0.2;  ///< cores; a machine is never quite idle
constexpr double watched_least_s = 0.5;
constexpr std::int64_t swapped_at_most = 64 << 20;
constexpr double hot_c = 85;     ///< from here on processors are held back (run/machine.cpp warns of the same)
constexpr double heated_c = 10;  ///< by a visit; one that begins hot is compared with others that did

double seconds(const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; }

}  // namespace

double own_cpu_seconds() {
  double total = 0;
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    if (getrusage(who, &usage) == 0) total += seconds(usage.ru_utime) + seconds(usage.ru_stime);
  }
  return total;
}

double steady_seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

std::optional<std::string> disturbed_by(const MachineState& before, const MachineState& after) {
  const double wall_s = after.at_s - before.at_s;
  if (before.busy_s && after.busy_s && wall_s >= watched_least_s) {
    const double foreign = ((*after.busy_s - *before.busy_s) - (after.own_s - before.own_s)) / wall_s;
    if (foreign > std::max(foreign_least, foreign_share * after.cores))
      return fmt::format("other programs used {:.1f} of {} cores", foreign, after.cores);
  }
  if (before.swapped_out_bytes && after.swapped_out_bytes &&
      *after.swapped_out_bytes - *before.swapped_out_bytes > swapped_at_most)
    return fmt::format("{} MB were swapped out", (*after.swapped_out_bytes - *before.swapped_out_bytes) >> 20);
  if (before.on_battery && after.on_battery && *before.on_battery != *after.on_battery)
    return std::string(*after.on_battery ? "the machine went to battery" : "the machine went to mains power");
  if (!before.power_mode.empty() && !after.power_mode.empty() && before.power_mode != after.power_mode)
    return fmt::format("the power mode went from {} to {}", before.power_mode, after.power_mode);
  if (before.throttled && after.throttled && *before.throttled < *after.throttled)
    return std::string("the processor was held back for its heat");
  // A machine that counts how often it holds back knows better than its sensors.
  if (!after.throttled && before.temperature_c && after.temperature_c && *after.temperature_c > hot_c &&
      *after.temperature_c - *before.temperature_c > heated_c)
    return fmt::format("the processor went from {:.0f} to {:.0f} degrees", *before.temperature_c, *after.temperature_c);
  return std::nullopt;
}

}  // namespace sweetspot
