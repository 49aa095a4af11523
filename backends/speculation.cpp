#include "backends/speculation.hpp"

#include <algorithm>

namespace sweetspot {

namespace {

constexpr const char* kind_parameter = "spec_type";
constexpr const char* depth_parameter = "draft_depth";

/// Builds of one winter wrote "ngram_mod" for "ngram-mod".
std::string dashed(std::string word) {
  std::ranges::replace(word, '_', '-');
  return word;
}

/// The word for the kind in this binary; nothing where it needs none or has none.
std::optional<std::string> word_for(const EngineProbe& probe, const std::string& kind) {
  const ProbedParameter* probed = probe.find(kind_parameter);
  if (probed == nullptr || !probed->spelling) return std::nullopt;
  if (probed->words.empty()) return kind;
  const auto word = std::ranges::find_if(probed->words, [&](const std::string& known) { return dashed(known) == dashed(kind); });
  if (word == probed->words.end()) return std::nullopt;
  return *word;
}

bool is_implied(const EngineDescriptor& engine, const std::string& kind) {
  return std::ranges::find(engine.speculation.implied, kind) != engine.speculation.implied.end();
}

std::string model_name(const ModelIdentity& model) { return model.name.empty() ? "the model" : model.name; }

/// The kind that a depth without a kind means.
std::string unnamed_kind(const EngineDescriptor& engine, const ModelIdentity& model, const std::string& draft_model) {
  if (!draft_model.empty()) return engine.speculation.with_draft_model;
  return model.nextn_predict_layers > 0 ? engine.speculation.with_own_head : "";
}

std::string usable_without_draft(const EngineDescriptor& engine, const EngineProbe& probe) {
  std::vector<std::string> kinds;
  for (const auto& [kind, needs] : engine.speculation.kinds) {
    if (needs == SpeculationNeeds::nothing && word_for(probe, kind)) kinds.push_back(kind);
  }
  return kinds.empty() ? "" : ", or set " + std::string(kind_parameter) + " to one of " + listed(kinds);
}

}  // namespace

ResolvedSpeculation resolved_speculation(const EngineDescriptor& engine, const EngineProbe& probe, const Config& config,
                                         const ModelIdentity& model, const LaunchInputs& inputs) {
  ResolvedSpeculation result;
  result.config = config;
  if (engine.speculation.kinds.empty()) return result;
  const auto kind = config.values.find(kind_parameter);
  const auto depth = config.values.find(depth_parameter);
  const bool kind_named = kind != config.values.end();
  const bool depth_named = depth != config.values.end();
  const bool plain = depth_named ? number(depth->second) == 0 : !kind_named || text(kind->second) == "none";
  // Said, not left out: what was read back from a server may have become the default.
  result.config.values[kind_parameter] = std::string("none");
  if (plain) {
    result.config.values.erase(depth_parameter);
    return result;
  }
  if (kind_named && text(kind->second) == "none") {
    result.refusal = Refusal{"draft_depth=" + text(depth->second) + " with spec_type=none says to draft and not to draft",
                             "set draft_depth to 0, or leave spec_type out"};
    return result;
  }
  result.kind = kind_named ? text(kind->second) : unnamed_kind(engine, model, inputs.draft_model);
  if (result.kind.empty()) {
    result.refusal = Refusal{"draft_depth=" + text(depth->second) + " has nothing to draft with: no draft model was given, and " +
                                 model_name(model) + " has no draft head of its own",
                             "give one with --draft-model" + usable_without_draft(engine, probe)};
    return result;
  }
  result.refusal = kind_refusal(engine, probe, result.kind, model, inputs.draft_model);
  const auto known = engine.speculation.kinds.find(result.kind);
  result.uses_draft_model = known != engine.speculation.kinds.end() && known->second == SpeculationNeeds::draft_model;
  result.config.values[kind_parameter] = result.kind;
  if (const auto word = word_for(probe, result.kind)) result.kind_arguments = {*probe.find(kind_parameter)->spelling, *word};
  return result;
}

std::optional<Refusal> kind_refusal(const EngineDescriptor& engine, const EngineProbe& probe, const std::string& kind,
                                    const ModelIdentity& model, const std::string& draft_model) {
  const auto known = engine.speculation.kinds.find(kind);
  if (known == engine.speculation.kinds.end())
    return Refusal{"spec_type=" + kind + " is no kind of speculation here", "leave it out"};
  if (!word_for(probe, kind) && !is_implied(engine, kind)) {
    const ProbedParameter* probed = probe.find(kind_parameter);
    const bool has_flag = probed != nullptr && probed->spelling;
    return Refusal{binary_name(engine, probe) + " does not know spec_type=" + kind,
                   has_flag ? "it accepts " + listed(probed->words) : "it has no flag for spec_type: use a newer build"};
  }
  if (known->second == SpeculationNeeds::draft_model && draft_model.empty()) {
    return Refusal{"spec_type=" + kind + " needs a draft model",
                   "give one with --draft-model" + usable_without_draft(engine, probe)};
  }
  if (known->second == SpeculationNeeds::own_head && model.nextn_predict_layers <= 0) {
    return Refusal{
        "spec_type=" + kind + " needs a model with a draft head of its own (MTP layers), and " + model_name(model) + " has none",
        "use a model file with MTP layers, or another spec_type"};
  }
  return std::nullopt;
}

}  // namespace sweetspot
