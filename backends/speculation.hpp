#pragma once

#include "backends/emission.hpp"
#include "backends/launch_plan.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sweetspot {

/// A configuration with what it says of speculation made definite.
struct ResolvedSpeculation {
  Config config;                            ///< spec_type is the kind that runs, else "none"; draft_depth 0 is absent
  std::string kind;                         ///< empty: plain decoding
  std::vector<std::string> kind_arguments;  ///< that name it to this binary; empty where it does the kind unasked
  bool uses_draft_model = false;
  std::optional<Refusal> refusal;
};

/// The rule of draft_depth and spec_type (cli.md "Parameter names"): depth 0 is no speculation whatever the kind; a depth
/// without a kind is the draft model's, else that of the model's own head. Pure.
ResolvedSpeculation resolved_speculation(const EngineDescriptor& engine, const EngineProbe& probe, const Config& config,
                                         const ModelIdentity& model, const LaunchInputs& inputs);

/// Why the kind cannot run with this binary, model and draft; nothing when it can.
std::optional<Refusal> kind_refusal(const EngineDescriptor& engine, const EngineProbe& probe, const std::string& kind,
                                    const ModelIdentity& model, const std::string& draft_model);

}  // namespace sweetspot
