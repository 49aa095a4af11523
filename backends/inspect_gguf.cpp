#include "backends/cache_shape.hpp"
#include "backends/gguf_file.hpp"
#include "backends/gguf_tables.hpp"
#include "backends/inspect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string_view>

namespace sweetspot {

namespace {

constexpr double most_of = 0.5;  ///< share of the layers' weights below which a file's claimed type is not what it holds

void add_stored(std::vector<StoredType>& types, const GgufTensor& tensor) {
  const std::string name = tensor_type_name(tensor.type);
  auto found = std::ranges::find(types, name, &StoredType::type);
  if (found == types.end()) {
    types.push_back({name, 0, 0, 0});
    found = types.end() - 1;
  }
  ++found->tensors;
  found->parameters += static_cast<std::int64_t>(tensor.elements);
  found->bytes += static_cast<std::int64_t>(tensor.bytes);
}

/// The tensor type that a file type is named after: Q4_K for Q4_K_M. Empty for those that mix by plan (IQ3_M).
std::string main_type(std::string name) {
  for (const std::string_view size : {"_S", "_M", "_L", "_XL"}) {
    if (name.ends_with(size) && name.find("_K") != std::string::npos) name.resize(name.size() - size.size());
  }
  for (std::uint32_t type = 0; type < 64; ++type) {
    if (tensor_block(type) && tensor_type_name(type) == name) return name;
  }
  return "";
}

std::string shares_text(std::vector<StoredType> types, std::int64_t parameters) {
  std::ranges::stable_sort(types, std::ranges::greater{}, &StoredType::parameters);
  std::string text;
  for (const StoredType& stored : types) {
    const double percent = 100 * static_cast<double>(stored.parameters) / static_cast<double>(parameters);
    if (percent < 1) continue;
    text += fmt::format("{}{} {:.0f} %", text.empty() ? "" : ", ", stored.type, percent);
  }
  return text;
}

/// Held against the matrices of the layers alone: embeddings and norms are stored otherwise in every file.
void add_type_finding(const GgufFile& file, ModelInspection& model) {
  const std::string claimed = file_type_name(file.integer("general.file_type", -1));
  const std::string expected = main_type(claimed);
  std::vector<StoredType> types;
  std::int64_t parameters = 0;
  std::int64_t bytes = 0;
  for (const GgufTensor& tensor : file.tensors) {
    if (layer_of(tensor) < 0 || !tensor.name.ends_with(".weight") || tensor.name.find("norm") != std::string::npos) continue;
    add_stored(types, tensor);
    parameters += static_cast<std::int64_t>(tensor.elements);
    bytes += static_cast<std::int64_t>(tensor.bytes);
  }
  if (expected.empty() || parameters == 0) return;
  const auto held = std::ranges::find(types, expected, &StoredType::type);
  const double share = held == types.end() ? 0 : static_cast<double>(held->parameters) / static_cast<double>(parameters);
  if (share >= most_of) return;
  model.findings.push_back(
      {"quantisation_differs",
       fmt::format(
           "it calls itself {}, and only {:.0f} % of its layers' weights are {} ({}): {:.1f} bits a weight there. Rows whose "
           "length is no multiple of 256 cannot be K-quantised; a file of a plain type may be smaller and faster",
           claimed, 100 * share, expected, shares_text(types, parameters),
           8 * static_cast<double>(bytes) / static_cast<double>(parameters)),
       std::nullopt, false});
}

std::int64_t draft_layers(const GgufFile& file) {
  std::set<std::int64_t> layers;
  const std::int64_t trunk = trunk_layers(file);
  for (const GgufTensor& tensor : file.tensors) {
    const bool beyond = trunk > 0 && layer_of(tensor) >= trunk;
    if (beyond || tensor.name.find(".nextn.") != std::string::npos) layers.insert(layer_of(tensor));
  }
  return static_cast<std::int64_t>(layers.size());
}

ModelInspection::ChatTemplate chat_template(const GgufFile& file) {
  ModelInspection::ChatTemplate found;
  constexpr std::string_view start = "tokenizer.chat_template";
  for (const auto& [key, value] : file.metadata) {
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr || text->empty() || !key.starts_with(start)) continue;
    found.present = true;
    if (text->find("tools") != std::string::npos) found.tools = true;
  }
  return found;
}

void add_kind_findings(const GgufFile& file, ModelInspection& model) {
  const std::string kind = file.text("general.type");
  if (model.architecture == "clip" || (!kind.empty() && kind != "model"))
    model.findings.push_back(
        {"no_language_model",
         fmt::format("it is {} and no language model: name the model that it belongs to",
                     model.architecture == "clip" ? "a projector for images or sound" : "of the type " + kind),
         std::nullopt, false});
  std::int64_t newer = 0;
  for (const GgufTensor& tensor : file.tensors) newer += tensor.bytes == 0 && tensor.elements > 0 ? 1 : 0;
  if (newer > 0)
    model.findings.push_back(
        {"type_unknown",
         fmt::format("{} of its {} tensors are of types that are newer than this program: sizes and rates below "
                     "leave them out",
                     newer, file.tensors.size()),
         std::nullopt, false});
}

}  // namespace

ModelInspection inspect_gguf(const GgufFile& file) {
  ModelInspection model;
  model.path = file.path.string();
  model.format = "gguf";
  model.name = file.text("general.name");
  if (model.name.empty()) model.name = file.path.stem().string();
  model.architecture = file.text("general.architecture");
  model.size_bytes = file.size_bytes;
  std::int64_t bytes = 0;
  for (const GgufTensor& tensor : file.tensors) {
    add_stored(model.quantisation, tensor);
    model.parameters += static_cast<std::int64_t>(tensor.elements);
    bytes += static_cast<std::int64_t>(tensor.bytes);
    if (tensor.name.find("_exps.") != std::string::npos) model.experts.bytes += static_cast<std::int64_t>(tensor.bytes);
  }
  if (model.parameters > 0) model.bits_per_weight = 8 * static_cast<double>(bytes) / static_cast<double>(model.parameters);
  if (const auto claimed = file_type_name(file.integer("general.file_type", -1)); !claimed.empty())
    model.claimed["file_type"] = claimed;
  for (const char* key : {"size_label", "quantized_by"}) {
    if (const auto text = file.text(std::string("general.") + key); !text.empty()) model.claimed[key] = text;
  }
  model.chat_template = chat_template(file);
  model.draft_heads = {file.own_integer("nextn_predict_layers", 0), draft_layers(file)};
  model.experts.count = file.own_integer("expert_count", 0);
  model.experts.used = file.own_integer("expert_used_count", 0);
  model.context_length = file.own_integer("context_length", 0);
  model.bytes_per_token = bytes_per_token(file);
  model.memory = gguf_memory(file);
  add_kind_findings(file, model);
  add_type_finding(file, model);
  return model;
}

}  // namespace sweetspot
