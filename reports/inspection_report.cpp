#include "reports/inspection_report.hpp"

#include "core/json.hpp"
#include "core/text.hpp"
#include "reports/format.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace sweetspot {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::int64_t, 4> contexts_shown{4096, 8192, 32768, 131072};
constexpr std::size_t types_shown = 8;

/// The usual ones up to the trained one, and that.
std::vector<std::int64_t> contexts_of(const ModelInspection& model) {
  std::vector<std::int64_t> contexts;
  for (const std::int64_t context : contexts_shown) {
    if (model.context_length <= 0 || context < model.context_length) contexts.push_back(context);
  }
  if (model.context_length > 0) contexts.push_back(model.context_length);
  return contexts;
}

std::string parameters_text(std::int64_t count) {
  constexpr double million = 1e6;
  const auto number = static_cast<double>(count);
  return number >= 1e9 ? fmt::format("{:.1f} billion", number / 1e9) : fmt::format("{:.1f} million", number / million);
}

std::string claimed_text(const ModelInspection& model) {
  std::string text;
  for (const auto& [name, value] : model.claimed)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, escape_control(sweetspot::text(value)));
  return text.empty() ? "nothing" : text;
}

std::string stored_lines(const ModelInspection& model) {
  std::string lines;
  for (std::size_t i = 0; i < std::min(model.quantisation.size(), types_shown); ++i) {
    const StoredType& stored = model.quantisation[i];
    lines += fmt::format("    {}  {:>6} tensors  {:>6}\n", padded(escape_control(stored.type), 22), stored.tensors,
                         percent_text(share_of(stored, model)));
  }
  if (model.quantisation.size() > types_shown)
    lines += fmt::format("    ... and {} more\n", model.quantisation.size() - types_shown);
  return lines;
}

std::string memory_lines(const ModelInspection& model) {
  std::string lines;
  for (const std::int64_t context : contexts_of(model)) {
    const auto half = memory_at_context(model.memory, context);
    const auto eighth = memory_at_context(model.memory, context, {"q8_0", "q8_0"});
    if (!half || !eighth) return "  memory         the metadata does not tell the cache's shape\n";
    lines += fmt::format("  {}{:>9} tokens  {} (cache f16), {} (q8_0)\n", lines.empty() ? "memory at " : "          ",
                         count_text(context), bytes_text(half->total_bytes()), bytes_text(eighth->total_bytes()));
  }
  return lines;
}

std::string head_text(const ModelInspection::DraftHeads& heads) {
  if (heads.declared == 0 && heads.present == 0) return "none";
  return fmt::format("{} declared, {} present", heads.declared, heads.present);
}

Json memory_json(const ModelInspection& model) {
  Json json;
  json["weights_bytes"] = model.memory.weights_bytes;
  json["state_bytes"] = model.memory.state_bytes;
  json["at_context"] = Json::array();
  for (const std::int64_t context : contexts_of(model)) {
    for (const char* type : {"f16", "q8_0"}) {
      if (const auto memory = memory_at_context(model.memory, context, {type, type}))
        json["at_context"].push_back({{"context", context},
                                      {"cache_type", type},
                                      {"cache_bytes", memory->cache_bytes},
                                      {"total_bytes", memory->total_bytes()}});
    }
  }
  return json;
}

Json runtime_json(const std::optional<WantedRuntime>& runtime) {
  if (!runtime) return nullptr;
  const auto or_null = [](const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); };
  return {{"engine", runtime->engine}, {"version", or_null(runtime->version)}, {"policy", or_null(runtime->policy)}};
}

}  // namespace

std::string inspection_text(const ModelInspection& model, const MachineProfile& machine) {
  std::string text = fmt::format("{}\n  format         {}, architecture {}\n", escape_control(model.name), model.format,
                                 model.architecture.empty() ? "not told" : escape_control(model.architecture));
  text += fmt::format("  parameters     {}, {} of weights, {:.2f} bits each\n", parameters_text(model.parameters),
                      bytes_text(model.size_bytes), model.bits_per_weight);
  text += "  stored as\n" + stored_lines(model);
  text += fmt::format("  claimed        {}\n", claimed_text(model));
  if (model.experts.count > 0)
    text += fmt::format("  experts        {} of {} for a token, {} in all\n", model.experts.used, model.experts.count,
                        bytes_text(model.experts.bytes));
  text += fmt::format("  chat template  {}\n", !model.chat_template.present ? "none"
                                               : model.chat_template.tools  ? "yes, with tools"
                                                                            : "yes, without tools");
  text += fmt::format("  draft heads    {}\n", head_text(model.draft_heads));
  if (model.runtime)
    text += fmt::format("  made for       {}{}{}\n", model.runtime->engine,
                        model.runtime->version.empty() ? "" : " " + model.runtime->version,
                        model.runtime->policy.empty() ? "" : ", policy " + model.runtime->policy);
  text +=
      fmt::format("  context        {}\n", model.context_length > 0 ? count_text(model.context_length) + " tokens" : "not told");
  text += memory_lines(model);
  text += fmt::format("  a token reads  {}\n", bytes_text(model.bytes_per_token));
  if (const auto ceiling = ceiling_tokens_per_second(model, machine))
    text += fmt::format("  ceiling        {} tokens/s of plain decoding, by {:.1f} GB/s measured here\n", rate_text(ceiling),
                        *machine.memory_bandwidth_bytes_per_s / 1e9);
  text += model.findings.empty() ? "\nNothing is wrong with it\n" : "\nFindings\n";
  for (const Finding& finding : model.findings) text += fmt::format("  {}: {}\n", finding.code, escape_control(finding.text));
  return text;
}

std::string inspection_json(const ModelInspection& model, const MachineProfile& machine) {
  Json json;
  json["path"] = model.path;
  json["format"] = model.format;
  json["name"] = model.name;
  json["architecture"] = model.architecture;
  json["parameters"] = model.parameters;
  json["size_bytes"] = model.size_bytes;
  json["bits_per_weight"] = model.bits_per_weight;
  json["quantisation"] = Json::array();
  for (const StoredType& stored : model.quantisation)
    json["quantisation"].push_back({{"type", stored.type}, {"tensors", stored.tensors}, {"share", share_of(stored, model)}});
  json["claimed"] = Json::object();
  for (const auto& [name, value] : model.claimed) json["claimed"][name] = value_to_json(value);
  json["chat_template"] = {{"present", model.chat_template.present}, {"tools", model.chat_template.tools}};
  json["draft_heads"] = {{"declared", model.draft_heads.declared}, {"present", model.draft_heads.present}};
  json["experts"] = {{"count", model.experts.count}, {"used", model.experts.used}, {"bytes", model.experts.bytes}};
  json["context_length"] = model.context_length > 0 ? Json(model.context_length) : Json(nullptr);
  json["bytes_per_token"] = model.bytes_per_token;
  const auto ceiling = ceiling_tokens_per_second(model, machine);
  json["ceiling_tokens_per_second"] = ceiling ? Json(*ceiling) : Json(nullptr);
  json["memory"] = memory_json(model);
  json["runtime"] = runtime_json(model.runtime);
  json["findings"] = Json::array();
  for (const Finding& finding : model.findings) json["findings"].push_back({{"code", finding.code}, {"text", finding.text}});
  return json_text(json, 2) + "\n";
}

}  // namespace sweetspot
