#include "core/digest.hpp"
#include "core/rng.hpp"
#include "gate/depth_prompts.hpp"
#include "gate/generator.hpp"
#include "gate/prompt_set.hpp"
#include "gate/thresholds.hpp"
#include "run/live_runner.hpp"

#include <fmt/format.h>

#include <algorithm>

// The references of a live runner: kept in memory and on disk by what they depend on.

namespace sweetspot {
namespace {

/// Other batch splits and kernels: honest flags that only round otherwise.
const std::vector<std::pair<std::string, Value>> reference_variants = {
    {"batch", std::int64_t{64}}, {"prefill_step", std::int64_t{64}}, {"flash_attention", "off"}};

std::string file_stamp(const std::filesystem::path& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  const auto time = std::filesystem::last_write_time(path, error);
  return fmt::format("{} {} {}", path.string(), error ? 0 : size, error ? 0 : time.time_since_epoch().count());
}

bool has_chat_template(const EngineDescriptor& engine, const ModelIdentity& model, const std::string& properties) {
  (void)properties;  // the server makes one up and shows it, so the file decides
  const bool can_tell = !engine.ready.template_pointer.empty() || engine.identity.model_form == ModelForm::folder;
  return model.has_chat_template || !can_tell;
}

}  // namespace

Config plain_config(const EngineDescriptor& engine, const EngineProbe& probe, const Config& config) {
  const auto has = [&](const std::string& name) {
    const ProbedParameter* probed = probe.find(name);
    return probed != nullptr && probed->spelling;
  };
  Config plain;
  for (const auto& [name, value] : config.values) {
    const EngineParameter* row = find_parameter(engine, name);
    if (row != nullptr && row->parameter.effect == Effect::semantic && name != "parallel" && has(name))
      plain.values[name] = value;
  }
  for (const auto& [name, value] : engine.reference) {
    if (has(name)) plain.values[name] = value;
  }
  return plain;
}

Config LiveRunner::reference_config(const Config& config) const { return plain_config(setup_.engine, setup_.probe, config); }

std::vector<Prompt> reference_prompts(const std::vector<Prompt>& gate_prompts, const ReferenceSize& size, std::uint64_t seed,
                                      Tier tier) {
  if (tier == Tier::quick) return quick_prompts(gate_prompts);
  std::vector<Prompt> prompts = gate_prompts;
  const int tools = tier == Tier::release ? thresholds::tool_prompts_release : size.generated_tools;
  const int texts = tier == Tier::release ? thresholds::text_prompts_release : size.generated_texts;
  for (Prompt& prompt : generated_prompts(derived_seed(seed, "gate"), texts, tools)) prompts.push_back(std::move(prompt));
  for (Prompt& prompt : depth_prompts(derived_seed(seed, "gate"), size.depths)) prompts.push_back(std::move(prompt));
  return prompts;
}

std::vector<Prompt> LiveRunner::prompts_of(Tier tier) const {
  if (tier != Tier::fresh) return reference_prompts(setup_.gate_prompts, size_, setup_.seed, tier);
  const bool sparing = size_.max_tokens > 0;  // a slow model
  const int share = sparing ? 2 : 1;
  return generated_prompts(setup_.fresh_seed, thresholds::fresh_texts / share, thresholds::fresh_tools / share);
}

std::string LiveRunner::reference_key(const Config& reference_config, Tier tier) const {
  std::string text =
      fmt::format("{}|{}|{}|{}|{}|{}|{}|", thresholds::version, setup_.engine.name, setup_.probe.version,
                  file_stamp(setup_.probe.binary), setup_.model.sha256, setup_.inputs.context, key(reference_config));
  for (const std::string& argument : setup_.inputs.extra_arguments) text += argument + "|";
  const auto& offered = setup_.engine.protocol;
  text += fmt::format("{}|{}{}{}{}|", size_.max_tokens, offered.logprobs_json.empty(), offered.completion_path.empty(),
                      offered.usage_pointer.empty(), offered.timings_pointer.empty());
  return digest(text + prompt_set_digest(prompts_of(tier)));
}

Reference LiveRunner::asked_reference(const Config& reference_config, const std::string& key, Tier tier) {
  std::vector<ReferenceAnswer> known;
  if (tier == Tier::standard || tier == Tier::release) known = reference_for(reference_config, Tier::quick).answers;
  const std::size_t known_count = known.size();
  ReferencePlan plan;
  plan.prompts = prompts_of(tier);
  plan.max_tokens = size_.max_tokens;
  plan.deadline = reference_deadline_;
  std::vector<ReferenceAnswer> answers;
  {
    ServerProcess server = start(reference_config);
    const auto progress = [this](std::size_t done, std::size_t all) {
      status_(fmt::format("reference: prompt {} of {}", done, all));
    };
    answers = ask_reference(target_of(server), plan, std::move(known), progress, interrupt_);
  }
  status_("reference: a third again after a restart");
  ServerProcess server = start(reference_config);
  const ChatTarget target = target_of(server);
  ask_again(target, answers, known_count, reference_deadline_, interrupt_);
  double tie_margin = thresholds::tie_floor;
  if (!setup_.engine.protocol.completion_path.empty()) tie_margin = measured_tie_margin(target, answers, interrupt_);
  const bool present = has_chat_template(setup_.engine, setup_.model, server.properties());
  server.stop();
  Reference reference = qualified(std::move(answers), key, tie_margin, present ? ChatTemplate::present : ChatTemplate::missing);
  if (!can_rescore(reference)) reference.self_difference = largest_self_difference(reference_config, reference);
  return reference;
}

double LiveRunner::largest_self_difference(const Config& reference_config, const Reference& reference) {
  double most = 0;
  for (const auto& [name, value] : reference_variants) {
    const ProbedParameter* probed = setup_.probe.find(name);
    if (probed == nullptr || !probed->spelling) continue;
    Config variant = reference_config;
    variant.values[name] = value;
    if (refusal_for(setup_, variant)) continue;
    status_("how much rounding does here: " + display(variant));
    const ServerProcess server = start(variant);
    most = std::max(most, differing_share(target_of(server), reference, interrupt_));
  }
  return most;
}

const Reference& LiveRunner::reference_for(const Config& config, Tier tier) {
  const Config wanted = reference_config(config);
  const std::string key = reference_key(wanted, tier);
  if (tier == Tier::fresh) fresh_key_ = key;
  const auto known = references_.find(key);
  if (known != references_.end()) return known->second;
  if (auto stored = load_reference(setup_.cache_folder / "references", key)) {
    status_("reference: from the cache");
    return references_[key] = std::move(*stored);
  }
  Reference reference = asked_reference(wanted, key, tier);
  const auto is_opening = [](const ReferenceAnswer& answer) { return !is_continuation(answer.prompt); };
  const auto asked = std::count_if(reference.answers.begin(), reference.answers.end(), is_opening);
  const std::size_t all = prompts_of(tier).size();
  if (asked == static_cast<std::ptrdiff_t>(all)) {
    save_reference(setup_.cache_folder / "references", reference);
  } else {
    reference.summary.findings.push_back(
        {"short_reference", fmt::format("only {} of {} prompts were asked of the reference, for want of time", asked, all),
         std::nullopt, false});
  }
  return references_[key] = std::move(reference);
}

ReferenceSummary LiveRunner::reference_summary() const {
  ReferenceSummary most;
  for (const auto& [key, reference] : references_) {
    if (key != fresh_key_ && reference.summary.prompts > most.prompts) most = reference.summary;
  }
  return most;
}

}  // namespace sweetspot
