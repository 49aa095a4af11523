#include "backends/cache_shape.hpp"
#include "backends/folder_tensors.hpp"
#include "backends/inspect.hpp"
#include "backends/model_folder.hpp"
#include "core/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

namespace sweetspot {

namespace {

using Json = nlohmann::json;

Json document(const ModelFolder& folder, const std::string& name) {
  const auto found = folder.documents.find(name);
  if (found == folder.documents.end()) return Json::object();
  Json json = Json::parse(found->second, nullptr, false);
  return json.is_object() ? json : Json::object();
}

std::string word(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? escape_control(found->get<std::string>()) : std::string{};
}

std::int64_t whole(const Json& json, const char* name) {
  const auto found = json.find(name);
  constexpr double most = 1e12;
  if (found == json.end() || !found->is_number()) return 0;
  const auto value = found->get<double>();
  return value >= 0 && value < most ? static_cast<std::int64_t>(value) : 0;
}

/// Of the model itself, or of its part for text.
std::int64_t whole_of(const Json& config, const char* name) {
  const auto text = config.find("text_config");
  const std::int64_t own = text != config.end() && text->is_object() ? whole(*text, name) : 0;
  return own > 0 ? own : whole(config, name);
}

std::int64_t first_of(const Json& config, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const std::int64_t value = whole_of(config, name); value > 0) return value;
  }
  return 0;
}

Json quantisation_of(const Json& config) {
  const auto text = config.find("text_config");
  for (const Json* place : {&config, text == config.end() ? &config : &*text}) {
    for (const char* name : {"quantization", "quantization_config"}) {
      const auto found = place->find(name);
      if (found != place->end() && found->is_object()) return *found;
    }
  }
  return Json::object();
}

std::optional<MlxLayout> layout_from(const Json& json) {
  if (!json.is_object() || whole(json, "bits") <= 0) return std::nullopt;
  MlxLayout layout{word(json, "mode"), whole(json, "bits"), whole(json, "group_size")};
  if (layout.mode.empty()) layout.mode = "affine";
  if (layout.group_size <= 0)
    layout.group_size = layout.mode == "nvfp4" ? 16 : layout.mode == "affine" ? 64 : 32;  // MLX's defaults
  return layout;
}

FolderClaims claims_of(const Json& config) {
  FolderClaims claims;
  claims.layers = whole_of(config, "num_hidden_layers");
  claims.hidden = whole_of(config, "hidden_size");
  const std::int64_t heads = whole_of(config, "num_attention_heads");
  const std::int64_t length = first_of(config, {"v_head_dim", "head_dim"});
  claims.attention_width = length > 0 ? heads * length : claims.hidden;
  const Json quantisation = quantisation_of(config);
  // Other quantisers write bits and group_size, too; their tensors are not MLX's.
  if (word(quantisation, "quant_method").empty()) claims.layout = layout_from(quantisation);
  for (const auto& [module, own] : quantisation.items()) {
    if (const auto layout = layout_from(own)) claims.layouts_of_modules[module] = *layout;
  }
  const auto draft = config.find("mtplx_mtp_quantization");
  if (draft != config.end()) claims.draft_layout = layout_from(*draft);
  return claims;
}

ModelInspection::ChatTemplate chat_template(const ModelFolder& folder) {
  std::string text;
  if (const auto own = folder.documents.find("chat_template.jinja"); own != folder.documents.end()) text = own->second;
  for (const char* name : {"chat_template.json", "tokenizer_config.json"}) {
    const Json json = document(folder, name);
    const auto found = json.find("chat_template");
    if (found != json.end() && !found->is_null()) text += found->is_string() ? found->get<std::string>() : found->dump();
  }
  return {!text.empty(), text.find("tools") != std::string::npos};
}

void add_claimed(const Json& config, ModelInspection& model) {
  const Json quantisation = quantisation_of(config);
  for (const char* name : {"bits", "group_size"}) {
    if (const std::int64_t value = whole(quantisation, name); value > 0) model.claimed[name] = value;
  }
  for (const char* name : {"mode", "quant_method"}) {
    if (const auto text = word(quantisation, name); !text.empty()) model.claimed[name] = text;
  }
  for (const char* name : {"dtype", "torch_dtype", "transformers_version"}) {
    if (const auto text = word(config, name); !text.empty()) model.claimed[name] = text;
  }
}

void add_finding(ModelInspection& model, const char* code, std::string text) {
  model.findings.push_back({code, std::move(text), std::nullopt, false});
}

/// Every way in which the shapes and the claim differ once, with how many matrices do and the first of them.
void add_layout_findings(const std::vector<FolderTensor>& tensors, const FolderClaims& claims, ModelInspection& model) {
  struct Group {
    std::int64_t matrices = 0;
    std::string first;
  };
  std::map<std::pair<std::string, std::string>, Group> differing;
  std::int64_t quantised = 0;
  std::int64_t undeclared = 0;
  for (const FolderTensor& tensor : tensors) {
    if (!tensor.quantised) continue;
    ++quantised;
    const auto claimed = claimed_layout(claims, tensor);
    if (!claimed) {
      ++undeclared;
    } else if (!tensor.layout || *tensor.layout != *claimed) {
      Group& group = differing[{layout_text(*claimed), tensor.stored}];
      if (group.matrices++ == 0) group.first = tensor.module;
    }
  }
  for (const auto& [claim, group] : differing)
    add_finding(
        model, "layout_differs",
        fmt::format("config.json claims {}, and {} of its {} quantised matrices hold {} (the first: {}): an engine that goes by "
                    "the claim refuses it or answers with noise; correct \"quantization\" in config.json, or take another "
                    "conversion",
                    claim.first, group.matrices, quantised, claim.second, escape_control(group.first)));
  if (undeclared > 0)
    add_finding(
        model, "quantisation_undeclared",
        fmt::format("{} matrices are quantised and config.json does not say how: engines take them for plain weights and refuse "
                    "them; write \"quantization\" with bits and group_size into config.json",
                    undeclared));
  if (quantised == 0 && claims.layout)
    add_finding(model, "not_quantised",
                fmt::format("config.json claims {}, and no matrix is quantised: it is as large and as slow as the original",
                            layout_text(*claims.layout)));
}

void add_file_findings(const ModelFolder& folder, const Json& config, ModelInspection& model) {
  if (const auto method = word(quantisation_of(config), "quant_method"); !method.empty() && method != "mlx")
    add_finding(
        model, "quantised_by_other",
        fmt::format("it was quantised by {}: only engines that know that method load it; bits and group sizes of it are not "
                    "checked here",
                    method));
  if (!folder.lost.empty())
    add_finding(model, "tensors_missing",
                fmt::format("{} tensors that its index names are in no file (the first: {}): it does not load; get it again",
                            folder.lost.size(), escape_control(folder.lost.front())));
  if (!folder.has_tokenizer)
    add_finding(model, "no_tokenizer", "it has no tokenizer file: no engine can serve it; get tokenizer.json from the original");
}

void add_runtime(const ModelFolder& folder, const Json& config, ModelInspection& model) {
  const Json contract = document(folder, "mtplx_runtime.json");
  const auto head = config.find("mtplx_mtp_quantization");
  const std::string policy = head != config.end() && head->is_object() ? word(*head, "policy") : std::string{};
  if (contract.empty() && policy.empty()) return;
  model.runtime = WantedRuntime{"mtplx", word(contract, "mtplx_version"), policy};
}

/// Draft layers within the model's files, else beside them, where only some engines look.
void add_draft_heads(const Json& config, const std::vector<FolderTensor>& own, const std::vector<FolderTensor>& beside,
                     const ModelFolder& folder, ModelInspection& model) {
  model.draft_heads.declared = first_of(config, {"mtp_num_hidden_layers", "num_nextn_predict_layers", "num_mtp_layers"});
  const auto layers_in = [](const std::vector<FolderTensor>& tensors) {
    std::set<std::int64_t> layers;
    for (const FolderTensor& tensor : tensors) {
      if (tensor.part == TensorPart::draft_head) layers.insert(tensor.draft_layer);
    }
    return static_cast<std::int64_t>(layers.size());
  };
  model.draft_heads.present = layers_in(own);
  if (const std::int64_t layers = layers_in(beside); layers > 0 && model.draft_heads.present == 0) {
    model.draft_heads.present = layers;
    std::string files;
    for (const std::string& name : folder.files_beside) files += (files.empty() ? "" : ", ") + escape_control(name);
    add_finding(
        model, "draft_head_beside",
        fmt::format("its draft head is in a file of its own ({}) that the index does not name: engines that go by the index, "
                    "mlx-lm among them, serve it without the head",
                    files));
  }
}

void add_sizes(const std::vector<FolderTensor>& tensors, ModelInspection& model) {
  std::int64_t bytes = 0;
  std::int64_t always = 0;
  std::int64_t embeddings = 0;
  bool has_output = false;
  for (const FolderTensor& tensor : tensors) {
    auto stored = std::ranges::find(model.quantisation, tensor.stored, &StoredType::type);
    if (stored == model.quantisation.end()) {
      model.quantisation.push_back({tensor.stored, 0, 0, 0});
      stored = model.quantisation.end() - 1;
    }
    ++stored->tensors;
    stored->parameters += tensor.parameters;
    stored->bytes += tensor.bytes;
    model.parameters += tensor.parameters;
    bytes += tensor.bytes;
    switch (tensor.part) {
      case TensorPart::experts: model.experts.bytes += tensor.bytes; break;
      case TensorPart::embeddings: embeddings += tensor.bytes; break;
      case TensorPart::output: has_output = true; [[fallthrough]];
      case TensorPart::trunk: always += tensor.bytes; break;
      case TensorPart::draft_head:
      case TensorPart::other_senses: break;
    }
  }
  if (!has_output) always += embeddings;
  const double share =
      model.experts.count > 0
          ? std::clamp(static_cast<double>(model.experts.used) / static_cast<double>(model.experts.count), 0.0, 1.0)
          : 1.0;
  model.bytes_per_token = always + static_cast<std::int64_t>(share * static_cast<double>(model.experts.bytes));
  model.memory.weights_bytes = bytes;
  if (model.parameters > 0) model.bits_per_weight = 8 * static_cast<double>(bytes) / static_cast<double>(model.parameters);
}

}  // namespace

ModelInspection inspect_folder(const ModelFolder& folder) {
  const Json config = document(folder, "config.json");
  const FolderClaims claims = claims_of(config);
  auto tensors = folder_tensors(folder.tensors, claims);
  const auto beside = folder_tensors(folder.beside, claims);
  ModelInspection model;
  model.path = folder.path.string();
  model.format = "safetensors";
  model.name = folder.path.filename().empty() ? folder.path.parent_path().filename().string() : folder.path.filename().string();
  model.architecture = word(config, "model_type");
  model.size_bytes = folder.size_bytes;
  model.context_length = whole_of(config, "max_position_embeddings");
  model.experts.count = first_of(config, {"num_experts", "num_local_experts", "n_routed_experts"});
  model.experts.used = first_of(config, {"num_experts_per_tok", "num_experts_per_token", "moe_topk"});
  model.memory = config_memory(config);
  add_claimed(config, model);
  model.chat_template = chat_template(folder);
  add_draft_heads(config, tensors, beside, folder, model);
  const bool has_own = std::ranges::find(tensors, TensorPart::draft_head, &FolderTensor::part) != tensors.end();
  std::ranges::copy_if(beside, std::back_inserter(tensors),
                       [&](const FolderTensor& tensor) { return !has_own && tensor.part == TensorPart::draft_head; });
  add_sizes(tensors, model);
  add_runtime(folder, config, model);
  add_layout_findings(tensors, claims, model);
  add_file_findings(folder, config, model);
  return model;
}

}  // namespace sweetspot
