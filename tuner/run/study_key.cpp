#include "run/study_key.hpp"

#include "core/digest.hpp"

#include <fmt/format.h>

namespace sweetspot {
namespace {

constexpr int key_schema = 2;

/// One thing that a recommendation is valid for, as the key has it.
struct Part {
  std::string name;
  std::string value;
};

std::vector<Part> machine_parts(const MachineProfile& machine) {
  return {{"the system", machine.os},
          {"the kernel", machine.kernel},
          {"the machine", machine.model},
          {"the processor", machine.cpu},
          {"the number of cores", std::to_string(machine.cores)},
          {"the memory, in bytes,", std::to_string(machine.memory_bytes)},
          {"the accelerator", machine.accelerator},
          {"the number of graphics cores", std::to_string(machine.gpu_cores.value_or(0))}};
}

std::vector<Part> target_parts(const Target& target) {
  std::vector<Part> parts = machine_parts(target.machine);
  parts.push_back({"the engine", target.engine.name});
  parts.push_back({"the engine's version", target.engine.version});
  parts.push_back({"the model's content", target.model.sha256});
  parts.push_back({"the model's size, in bytes,", std::to_string(target.model.size_bytes)});
  parts.push_back({"the draft model's content", target.draft_model ? target.draft_model->sha256 : ""});
  return parts;
}

/// What a stored study tells of its key, and the binary. The workload is in the key alone.
std::vector<Part> told_parts(const Study& study) {
  std::vector<Part> parts = target_parts(study.target);
  parts.push_back({"the engine's binary", study.target.engine.binary});
  parts.push_back({"the goal", study.goal});
  parts.push_back({"the sampler", study.sampler});
  parts.push_back({"what is fixed", display(study.fixed)});
  parts.push_back({"the pace", std::string(to_string(study.pace))});
  return parts;
}

std::string or_unknown(const std::string& value) { return value.empty() ? "unknown" : value; }

}  // namespace

std::string study_key(const Target& target, const std::string& goal, const std::map<std::string, double>& sampler,
                      const std::string& workload_digest, const Config& fixed, Pace pace) {
  std::string text = fmt::format("{}|", key_schema);
  for (const Part& part : target_parts(target)) text += part.value + "|";
  text += fmt::format("{}|{}|{}|{}|{}", goal, sampler_text(sampler), workload_digest, key(fixed), to_string(pace));
  return digest(text);
}

std::vector<std::string> stale_reasons(const Study& saved, const Study& now) {
  std::vector<std::string> reasons;
  const std::vector<Part> before = told_parts(saved);
  const std::vector<Part> after = told_parts(now);
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (before[i].value != after[i].value)
      reasons.push_back(fmt::format("{} was {}, is {}", before[i].name, or_unknown(before[i].value), or_unknown(after[i].value)));
  }
  if (reasons.empty() && saved.key != now.key) reasons.emplace_back("the timed prompts are others");
  return reasons;
}

std::string sampler_text(const std::map<std::string, double>& sampler) {
  std::string text;
  for (const auto& [name, value] : sampler) text += fmt::format("{}{}={}", text.empty() ? "" : ",", name, value);
  return text.empty() ? "greedy" : text;
}

}  // namespace sweetspot
