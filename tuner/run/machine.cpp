#include "run/machine.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <sstream>

namespace sweetspot {

namespace {

/// More than this share of the cores busy with something else shows in every figure.
constexpr double load_per_core_at_most = 0.5;
constexpr std::int64_t mebibyte = 1 << 20;
/// Some pages rest in swap on any machine that has been up for days; more means that memory is or was short.
constexpr std::int64_t swap_at_most = 256 * mebibyte;
constexpr double memory_available_share = 0.15;
constexpr double temperature_at_most_c = 85;
constexpr int memory_pressure_warning = 2;  ///< of kern.memorystatus_vm_pressure_level: 1 normal, 2 warning, 4 critical
constexpr std::array<std::string_view, 5> thermal_words{"nominal", "moderate", "heavy", "trapping", "sleeping"};

constexpr std::size_t arguments_looked_at = 5;

/// Texts that are each ended by a zero.
std::vector<std::string> ended_by_zero(std::string_view bytes, std::size_t most) {
  std::vector<std::string> texts;
  while (!bytes.empty() && texts.size() < most) {
    texts.emplace_back(bytes.substr(0, bytes.find('\0')));
    bytes.remove_prefix(std::min(texts.back().size() + 1, bytes.size()));
  }
  return texts;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\"");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\"\r") - first + 1);
}

}  // namespace

std::vector<Warning> disturbances(const MachineProfile& machine, const std::vector<std::string>& model_servers) {
  std::vector<Warning> warnings;
  if (machine.load_1min && machine.cores > 0 && *machine.load_1min > load_per_core_at_most * machine.cores)
    warnings.push_back({"load", fmt::format("the load is {:.1f} on {} cores", *machine.load_1min, machine.cores),
                        "end other programs, or wait until they are done"});
  if (machine.on_battery.value_or(false))
    warnings.push_back({"battery", "the machine runs on battery and may slow down", "connect it to power"});
  // Linux's governor "powersave" is the usual one of many drivers, and holds nothing back.
  if (machine.power_mode == "low" || machine.power_mode == "low-power")
    warnings.push_back({"power_mode", "the power mode is \"" + machine.power_mode + "\": the machine holds itself back",
                        "choose another in the system's settings"});
  if (machine.swap_used_bytes && *machine.swap_used_bytes > swap_at_most)
    warnings.push_back({"swap", fmt::format("{} MB are swapped out", *machine.swap_used_bytes / mebibyte),
                        "end programs that hold memory; after that a restart clears what is left in swap"});
  if (machine.memory_available_bytes && machine.memory_bytes > 0 &&
      static_cast<double>(*machine.memory_available_bytes) < memory_available_share * static_cast<double>(machine.memory_bytes))
    warnings.push_back({"memory", fmt::format("only {} MB of memory are free", *machine.memory_available_bytes / mebibyte),
                        "end programs that hold memory, or take a smaller model"});
  if (machine.temperature_c && *machine.temperature_c > temperature_at_most_c)
    warnings.push_back({"temperature",
                        fmt::format("the processor is at {:.0f} degrees and may be held back", *machine.temperature_c),
                        "let it cool down first"});
  if (machine.thermal_pressure.value_or(0) > 0)
    warnings.push_back({"thermal_pressure",
                        fmt::format("the system holds the machine back for its heat (thermal pressure: {})",
                                    thermal_words.at(static_cast<std::size_t>(std::min(*machine.thermal_pressure, 4)))),
                        "let it cool down first, with room for air around it"});
  if (machine.memory_pressure.value_or(0) >= memory_pressure_warning)
    warnings.push_back({"memory_pressure",
                        fmt::format("the system is short of memory (memory pressure: {})",
                                    *machine.memory_pressure > memory_pressure_warning ? "critical" : "warning"),
                        "end programs that hold memory, or take a smaller model or context"});
  if (!model_servers.empty())
    warnings.push_back({"other_server", fmt::format("other model servers are running: {}", fmt::join(model_servers, ", ")),
                        "stop them if they are yours: they share cores, memory and the graphics processor"});
  return warnings;
}

bool is_model_server(std::string_view program_name) {
  // By their beginning: Linux cuts process names to 15 characters, and "mlx_lm" is "mlx_lm.server" and "-m mlx_lm server".
  constexpr std::array<std::string_view, 18> names{"llama-server", "llama-cli", "llama-bench",    "llamafile",     "ollama",
                                                   "vllm",         "sglang",    "mlx_lm",         "mlx_vlm",       "mlx-serve",
                                                   "LM Studio",    "koboldcpp", "lemonade",       "lightning-mlx", "mtplx",
                                                   "omlx",         "rapid-mlx", "text-generation"};
  return std::any_of(names.begin(), names.end(),
                     [program_name](std::string_view name) { return program_name.starts_with(name); });
}

bool is_interpreter(std::string_view program_name) {
  constexpr std::array<std::string_view, 4> names{"python", "Python", "ld-linux", "node"};  // a framework's Python has a capital
  return std::any_of(names.begin(), names.end(),
                     [program_name](std::string_view name) { return program_name.starts_with(name); });
}

std::string model_server_of(std::string_view program_name, const std::vector<std::string>& arguments) {
  if (is_model_server(program_name)) return std::string{program_name};
  if (!is_interpreter(program_name)) return {};
  for (const std::string& argument : arguments) {
    const std::string file = argument.substr(argument.rfind('/') + 1);
    if (is_model_server(file)) return file;
  }
  return {};
}

bool has_cooled(const MachineProfile& machine, std::optional<double> first_c) {
  constexpr double within_c = 2;  // of the temperature before the first burst
  if (machine.thermal_pressure.value_or(0) > 0) return false;
  return !machine.temperature_c || !first_c || *machine.temperature_c <= *first_c + within_c;
}

namespace proc {

std::string field(std::string_view text, std::string_view name, char separator) {
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    const auto split = line.find(separator);
    if (split != std::string_view::npos && trimmed(line.substr(0, split)) == name)
      return std::string{trimmed(line.substr(split + 1))};
    if (line.size() == text.size()) break;
    text.remove_prefix(line.size() + 1);
  }
  return {};
}

std::optional<std::int64_t> meminfo_bytes(std::string_view text, std::string_view name) {
  const auto value = field(text, name, ':');
  std::int64_t kibibytes = 0;
  const auto result = std::from_chars(value.data(), value.data() + value.size(), kibibytes);
  if (result.ec != std::errc{}) return std::nullopt;
  return kibibytes * 1024;
}

std::optional<double> busy_ticks(std::string_view text, const std::vector<int>& processors) {
  std::vector<std::string> names;
  for (const int number : processors) names.push_back(fmt::format("cpu{}", number));
  if (names.empty()) names.emplace_back("cpu");
  double sum = 0;
  for (const std::string& name : names) {
    // user nice system idle iowait irq softirq steal (man 5 proc_stat): all but idle and iowait.
    std::istringstream words{field(text, name, ' ')};
    std::array<double, 8> ticks{};
    for (double& value : ticks) words >> value;
    if (!words) return std::nullopt;
    sum += ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6] + ticks[7];
  }
  return sum;
}

std::string control_group(std::string_view text) {
  const auto value = field(text, "0", ':');  // of "0::/path"
  return value.empty() ? value : value.substr(1);
}

std::optional<double> cores_allowed(std::string_view line) {
  const auto blank = std::min(line.find(' '), line.size());
  const auto quota = whole_number(line.substr(0, blank));
  const auto period = whole_number(line.substr(std::min(blank + 1, line.size())));
  if (!quota || !period || *period <= 0) return std::nullopt;
  return static_cast<double>(*quota) / static_cast<double>(*period);
}

std::optional<std::int64_t> whole_number(std::string_view line) {
  const auto digits = trimmed(line);
  std::int64_t value = 0;
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return result.ec == std::errc{} ? std::optional(value) : std::nullopt;
}

std::vector<std::string> arguments(std::string_view bytes) { return ended_by_zero(bytes, arguments_looked_at); }

}  // namespace proc

namespace darwin {

std::optional<bool> on_battery(std::string_view text) {
  if (text.find("'Battery Power'") != std::string_view::npos) return true;
  if (text.find("'AC Power'") != std::string_view::npos) return false;
  return std::nullopt;
}

std::string power_mode(std::string_view text) {
  constexpr std::array<std::string_view, 3> words = {"normal", "low", "high"};  // powermode 0, 1, 2; lowpowermode 0, 1
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    const bool tells = line.starts_with("powermode") || line.starts_with("lowpowermode");
    if (tells && line.back() >= '0' && line.back() <= '2')
      return std::string{words.at(static_cast<std::size_t>(line.back() - '0'))};
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return {};
}

std::optional<int> gpu_cores(std::string_view text) {
  constexpr std::string_view name = "\"gpu-core-count\" = ";
  const auto at = text.find(name);
  if (at == std::string_view::npos) return std::nullopt;
  int cores = 0;
  const auto digits = text.substr(at + name.size());
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), cores);
  return result.ec == std::errc{} && cores > 0 ? std::optional(cores) : std::nullopt;
}

std::vector<std::string> arguments(std::string_view bytes) {
  std::int32_t count = 0;
  if (bytes.size() < sizeof count) return {};
  std::memcpy(&count, bytes.data(), sizeof count);
  bytes.remove_prefix(sizeof count);
  bytes.remove_prefix(std::min(bytes.find('\0'), bytes.size()));
  bytes.remove_prefix(std::min(bytes.find_first_not_of('\0'), bytes.size()));
  return ended_by_zero(bytes, std::min(arguments_looked_at, static_cast<std::size_t>(std::max(count, 0))));
}

}  // namespace darwin

}  // namespace sweetspot
