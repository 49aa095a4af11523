#include "core/inspection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sweetspot {

namespace {

constexpr double gigabyte = 1024.0 * 1024.0 * 1024.0;
constexpr std::int64_t useful_context = 4096;
constexpr double usable_share = 0.9;  ///< of the memory; the rest is the system's

/// What a bundle's draft head may ask for, by engine: the policies of their loaders (mtp_patch.py of lightning-mlx 0.6 and
/// MTPLX 2.5). An engine that is not here takes whatever it is given.
struct PolicyRow {
  std::string_view engine;
  std::array<std::string_view, 3> policies;
};
constexpr std::array<PolicyRow, 2> policies_known{
    {{"lightning-mlx", {"all", "cyankiwi", ""}}, {"mtplx", {"all", "cyankiwi", "prequantized-int4"}}}};

double gigabytes(std::int64_t bytes) { return static_cast<double>(bytes) / gigabyte; }

std::vector<std::int64_t> numbers_of(std::string_view version) {
  std::vector<std::int64_t> numbers;
  std::size_t at = version.find_first_of("0123456789");
  while (at < version.size() && version[at] >= '0' && version[at] <= '9') {
    std::int64_t number = 0;
    for (; at < version.size() && version[at] >= '0' && version[at] <= '9'; ++at)
      number = std::min<std::int64_t>(number * 10 + (version[at] - '0'), 1'000'000'000);
    numbers.push_back(number);
    if (at >= version.size() || version[at] != '.') break;
    ++at;
  }
  return numbers;
}

}  // namespace

double share_of(const StoredType& stored, const ModelInspection& model) {
  return model.parameters > 0 ? static_cast<double>(stored.parameters) / static_cast<double>(model.parameters) : 0;
}

std::optional<double> ceiling_tokens_per_second(const ModelInspection& model, const MachineProfile& machine) {
  Target target;
  target.machine = machine;
  target.model.bytes_per_token = model.bytes_per_token;
  return ceiling_tokens_per_second(target);
}

bool older_version(std::string_view a, std::string_view b) {
  auto left = numbers_of(a);
  auto right = numbers_of(b);
  const std::size_t length = std::max(left.size(), right.size());
  left.resize(length);
  right.resize(length);
  return std::ranges::lexicographical_compare(left, right);
}

std::vector<Finding> memory_findings(const ModelInspection& model, const MachineProfile& machine) {
  if (machine.memory_bytes <= 0) return {};
  const auto usable = static_cast<std::int64_t>(usable_share * static_cast<double>(machine.memory_bytes));
  const double has = gigabytes(machine.memory_bytes);
  const std::int64_t trained = model.context_length > 0 ? model.context_length : useful_context;
  const auto least = memory_at_context(model.memory, std::min(trained, useful_context));
  const std::int64_t needed = least ? least->total_bytes() : model.memory.weights_bytes;
  if (needed > usable)
    return {
        {"does_not_fit",
         fmt::format("it needs {:.1f} GB and this machine has {:.1f} GB: take a smaller model or one of fewer bits, or expect "
                     "weights to be read from the disk for every token",
                     gigabytes(needed), has),
         std::nullopt, false}};
  const auto whole = memory_at_context(model.memory, trained);
  if (!whole || whole->total_bytes() <= usable) return {};
  return {{"context_does_not_fit",
           fmt::format("its whole context of {} tokens needs {:.1f} GB with a cache of 16 bits, and this machine has {:.1f} GB: "
                       "serve at most {} tokens (--context), or a cache of fewer bits where the gate accepts it",
                       trained, gigabytes(whole->total_bytes()), has, context_within(model.memory, usable, trained)),
           std::nullopt, false}};
}

std::vector<Finding> runtime_findings(const ModelInspection& model, const std::map<std::string, std::string>& installed) {
  std::vector<Finding> findings;
  if (!model.runtime) return findings;
  const WantedRuntime& wanted = *model.runtime;
  const auto found = installed.find(wanted.engine);
  if (found == installed.end()) {
    findings.push_back(
        {"runtime_missing",
         fmt::format("it was made for {}{}, which was not found here: other engines may serve it without its draft "
                     "head",
                     wanted.engine, wanted.version.empty() ? "" : " " + wanted.version),
         std::nullopt, false});
  } else if (!wanted.version.empty() && older_version(found->second, wanted.version)) {
    findings.push_back(
        {"runtime_older",
         fmt::format("it was made with {} {}, and {} is installed: an older loader may refuse it, so upgrade {} or "
                     "take a bundle made for that version",
                     wanted.engine, wanted.version, found->second, wanted.engine),
         std::nullopt, false});
  }
  if (wanted.policy.empty()) return findings;
  for (const auto& [engine, policies] : policies_known) {
    if (!installed.contains(std::string(engine)) || std::ranges::find(policies, wanted.policy) != policies.end()) continue;
    findings.push_back({"policy_unknown",
                        fmt::format("its draft head is quantised by the policy \"{}\", which {} is not known to load: expect a "
                                    "refusal there; take a bundle with the policy all or cyankiwi, or another engine",
                                    wanted.policy, engine),
                        std::nullopt, false});
  }
  return findings;
}

}  // namespace sweetspot
