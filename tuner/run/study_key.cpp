#include "run/study_key.hpp"

#include "core/digest.hpp"

#include <fmt/format.h>

namespace sweetspot {
namespace {

constexpr int key_schema = 2;

std::string graphics_text(const MachineProfile& machine) {
  return machine.gpu_cores ? fmt::format("{} cores", *machine.gpu_cores) : machine.accelerator;
}

}  // namespace

std::string study_key(const Target& target, const std::string& goal, const std::map<std::string, double>& sampler,
                      const std::string& workload_digest, const Config& fixed, Pace pace) {
  const MachineProfile& machine = target.machine;
  std::string text = fmt::format("{}|{}|{}|{}|{}|{}|{}|", key_schema, machine.os, machine.kernel, machine.model, machine.cpu,
                                 machine.cores, machine.memory_bytes);
  text += fmt::format("{}|{}|", machine.accelerator, machine.gpu_cores.value_or(0));
  text += fmt::format("{}|{}|{}|{}|", target.engine.name, target.engine.version, target.model.sha256, target.model.size_bytes);
  if (target.draft_model) text += target.draft_model->sha256;
  text += fmt::format("|{}|{}|{}|{}|{}", goal, sampler_text(sampler), workload_digest, key(fixed), to_string(pace));
  return digest(text);
}

std::vector<std::string> stale_reasons(const Target& saved, const Target& now) {
  std::vector<std::string> reasons;
  const auto changed = [&](const std::string& what, const std::string& before, const std::string& after) {
    if (before != after)
      reasons.push_back(
          fmt::format("{} was {}, is {}", what, before.empty() ? "unknown" : before, after.empty() ? "unknown" : after));
  };
  changed("the engine's version", saved.engine.version, now.engine.version);
  changed("the engine's binary", saved.engine.binary, now.engine.binary);
  changed("the model's content", saved.model.sha256, now.model.sha256);
  if (saved.draft_model && now.draft_model)
    changed("the draft model's content", saved.draft_model->sha256, now.draft_model->sha256);
  changed("the system", saved.machine.os + " " + saved.machine.kernel, now.machine.os + " " + now.machine.kernel);
  changed("the processor", saved.machine.cpu, now.machine.cpu);
  changed("the graphics processor", graphics_text(saved.machine), graphics_text(now.machine));
  changed("the number of cores", std::to_string(saved.machine.cores), std::to_string(now.machine.cores));
  return reasons;
}

std::string sampler_text(const std::map<std::string, double>& sampler) {
  std::string text;
  for (const auto& [name, value] : sampler) text += fmt::format("{}{}={}", text.empty() ? "" : ",", name, value);
  return text.empty() ? "greedy" : text;
}

}  // namespace sweetspot
