#include "run/machine.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace sweetspot {

namespace {

/// More than this share of the cores busy with something else shows in every figure.
constexpr double load_per_core_at_most = 0.5;
constexpr std::int64_t mebibyte = 1 << 20;
/// Some pages rest in swap on any machine that has been up for days; more means that memory is or was short.
constexpr std::int64_t swap_at_most = 256 * mebibyte;
constexpr double memory_available_share = 0.15;
constexpr double temperature_at_most_c = 85;

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
  if (!model_servers.empty())
    warnings.push_back({"other_server", fmt::format("other model servers are running: {}", fmt::join(model_servers, ", ")),
                        "stop them if they are yours: they share cores, memory and the graphics processor"});
  return warnings;
}

bool is_model_server(std::string_view program_name) {
  // Linux cuts process names to 15 characters.
  constexpr std::array<std::string_view, 14> names{"llama-server", "llama-cli", "llama-bench",   "llamafile",      "ollama",
                                                   "vllm",         "sglang",    "mlx_lm.server", "mlx-serve",      "LM Studio",
                                                   "koboldcpp",    "lemonade",  "rapid-mlx",     "text-generation"};
  return std::any_of(names.begin(), names.end(),
                     [program_name](std::string_view name) { return program_name.starts_with(name); });
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

}  // namespace darwin

}  // namespace sweetspot
