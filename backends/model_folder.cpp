#include "backends/model_folder.hpp"

#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <set>
#include <string_view>
#include <system_error>
#include <vector>

namespace sweetspot {

namespace {

using nlohmann::json;
namespace fs = std::filesystem;

// Caps of what is read into memory, far above what real models have.
constexpr std::uintmax_t most_json_bytes = 64 << 20;
constexpr std::uint64_t most_header_bytes = 100 << 20;  ///< the format's own limit

/// The weights of all files, by what decoding one token reads of them.
struct WeightBytes {
  std::int64_t all = 0;
  std::int64_t experts = 0;
  std::int64_t embeddings = 0;
  bool has_output = false;
};

void require_folder(const fs::path& folder);
json json_file(const fs::path& path);
std::vector<fs::path> weight_files(const fs::path& folder);
std::string header_of(const fs::path& file);
void add_tensors(const fs::path& file, const std::string& header, WeightBytes& to);
std::string file_bytes(const fs::path& path);
std::int64_t bytes_per_token(const WeightBytes& bytes, const json& config);
std::string quantisation(const json& config);

}  // namespace

ModelIdentity read_model_folder(const fs::path& folder) {
  require_folder(folder);
  const json config = json_file(folder / "config.json");
  // Models that see keep what concerns the text in a part of its own.
  const json& text = config.contains("text_config") && config["text_config"].is_object() ? config["text_config"] : config;
  ModelIdentity model;
  model.path = folder.string();
  WeightBytes weights;
  std::string seen;
  for (const fs::path& file : weight_files(folder)) {
    const auto size = static_cast<std::int64_t>(fs::file_size(file));
    const std::string header = header_of(file);
    add_tensors(file, header, weights);
    model.size_bytes += size;
    seen += fmt::format("{} {} {}|", file.filename().string(), size, digest(header));
  }
  for (const char* name : {"config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja"})
    seen += digest(file_bytes(folder / name)) + "|";
  model.sha256 = digest(seen);
  const fs::path named = folder.has_filename() ? folder : folder.parent_path();
  model.name = escape_control(named.filename().string());
  model.architecture = escape_control(text.value("model_type", config.value("model_type", std::string{})));
  model.quantisation = quantisation(config);
  model.context_length = text.value("max_position_embeddings", std::int64_t{0});
  model.nextn_predict_layers = text.value("num_nextn_predict_layers", text.value("mtp_num_hidden_layers", std::int64_t{0}));
  model.bytes_per_token = bytes_per_token(weights, text);
  model.has_chat_template =
      fs::exists(folder / "chat_template.jinja") || fs::exists(folder / "chat_template.json") ||
      (fs::exists(folder / "tokenizer_config.json") && json_file(folder / "tokenizer_config.json").contains("chat_template"));
  return model;
}

namespace {

void require_folder(const fs::path& folder) {
  std::error_code error;
  const auto status = fs::status(folder, error);
  if (!fs::exists(status)) {
    const bool repository = folder.is_relative() && std::distance(folder.begin(), folder.end()) == 2;
    throw Error{"there is no folder " + folder.string(),
                repository ? "if it is a name at Hugging Face: \"hf download " + folder.string() + "\" prints the folder to name"
                           : "check the path given with --model"};
  }
  if (!fs::is_directory(status)) {
    const bool gguf = folder.extension() == ".gguf";
    throw Error{
        folder.string() + " is a file" + (gguf ? " (GGUF), and this engine takes a model folder" : ", not a model folder"),
        gguf ? "name a folder with config.json and safetensors, or use llama-server for this file"
             : "name the folder that holds config.json and the weights"};
  }
  if (fs::exists(folder / "config.json", error)) return;
  if (error) throw Error{"cannot read " + folder.string() + ": " + error.message(), "check its permissions"};
  throw Error{folder.string() + " has no config.json, so it is no model folder",
              "name the folder that holds config.json and the weights (*.safetensors)"};
}

std::string file_bytes(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

json json_file(const fs::path& path) {
  std::error_code error;
  if (fs::file_size(path, error) > most_json_bytes && !error)
    throw Error{path.string() + " is too large to be what its name says", "get the model again"};
  const json document = json::parse(file_bytes(path), nullptr, false);
  if (!document.is_object()) throw Error{path.string() + " is no JSON object", "get the model again"};
  return document;
}

/// All of them, in the order of their names; those that the index names must be there.
std::vector<fs::path> weight_files(const fs::path& folder) {
  std::set<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->path().extension() == ".safetensors") files.insert(entry->path());
  }
  const fs::path index = folder / "model.safetensors.index.json";
  if (fs::exists(index, error)) {
    const json document = json_file(index);
    const json map = document.contains("weight_map") ? document["weight_map"] : json::object();
    for (const auto& item : map.items()) {
      const fs::path shard = folder / (item.value().is_string() ? item.value().get<std::string>() : "");
      if (files.contains(shard)) continue;
      throw Error{fmt::format("{} is not complete: {} is missing", folder.string(), shard.filename().string()),
                  "get the model again"};
    }
  }
  if (files.empty())
    throw Error{folder.string() + " has no weights (*.safetensors)", "get the model again, or convert it to safetensors"};
  return {files.begin(), files.end()};
}

/// The JSON text before the data: eight bytes of length, little-endian, then the text.
std::string header_of(const fs::path& file) {
  const std::string again = "get the file again";
  std::ifstream in(file, std::ios::binary);
  if (!in) throw Error{"cannot read " + file.string(), "check its permissions"};
  unsigned char bytes[8] = {};
  in.read(reinterpret_cast<char*>(bytes), sizeof bytes);
  if (in.gcount() != sizeof bytes) throw Error{file.string() + " is cut short: it has no header", again};
  std::uint64_t length = 0;
  for (int i = 7; i >= 0; --i) length = length << 8 | bytes[i];
  if (length > most_header_bytes || length > fs::file_size(file) - sizeof bytes)
    throw Error{fmt::format("{} is cut short or no safetensors file: its header would take {} bytes", file.string(), length),
                again};
  std::string header(static_cast<std::size_t>(length), '\0');
  in.read(header.data(), static_cast<std::streamsize>(length));
  return header;
}

void add_tensors(const fs::path& file, const std::string& header, WeightBytes& to) {
  const json table = json::parse(header, nullptr, false);
  if (!table.is_object()) throw Error{file.string() + " has a header that is no JSON", "get the file again"};
  const auto data = static_cast<std::int64_t>(fs::file_size(file)) - 8 - static_cast<std::int64_t>(header.size());
  for (const auto& [name, tensor] : table.items()) {
    if (name == "__metadata__" || !tensor.is_object() || !tensor.contains("data_offsets")) continue;
    const json& offsets = tensor["data_offsets"];
    if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_integer() || !offsets[1].is_number_integer())
      continue;
    const auto begin = offsets[0].get<std::int64_t>();
    const auto end = offsets[1].get<std::int64_t>();
    if (begin < 0 || end < begin || end > data)
      throw Error{fmt::format("{} is cut short: \"{}\" ends at byte {} of {} bytes of weights", file.string(),
                              shortened(escape_control(name), 60), end, data),
                  "get the file again"};
    to.all += end - begin;
    const auto has = [&name = name](std::string_view part) { return name.find(part) != std::string::npos; };
    if (has(".experts.") || has(".switch_mlp.")) to.experts += end - begin;
    if (has("embed_tokens.")) to.embeddings += end - begin;
    to.has_output = to.has_output || has("lm_head.");
  }
}

/// Weights that decoding one token reads: of the experts a share, of the input's embeddings one row.
std::int64_t bytes_per_token(const WeightBytes& bytes, const json& config) {
  const auto count = [&](std::initializer_list<const char*> names) {
    for (const char* name : names) {
      if (config.contains(name) && config[name].is_number_integer()) return config[name].get<double>();
    }
    return 1.0;
  };
  const double used = count({"num_experts_per_tok", "moe_topk", "top_k_experts"});
  const double experts = std::max(count({"num_experts", "num_local_experts", "n_routed_experts"}), 1.0);
  const double share = std::clamp(used / experts, 0.0, 1.0);
  const std::int64_t always = bytes.all - bytes.experts - (bytes.has_output ? bytes.embeddings : 0);
  return always + static_cast<std::int64_t>(share * static_cast<double>(bytes.experts));
}

/// "4 bit, group 64" as the model claims, else the type of its numbers.
std::string quantisation(const json& config) {
  for (const char* name : {"quantization", "quantization_config"}) {
    if (!config.contains(name) || !config[name].is_object() || !config[name].contains("bits")) continue;
    return fmt::format("{} bit, group {}", config[name]["bits"].dump(), config[name].value("group_size", 0));
  }
  for (const char* name : {"dtype", "torch_dtype"}) {
    if (config.contains(name) && config[name].is_string()) return escape_control(config[name].get<std::string>());
  }
  return {};
}

}  // namespace

}  // namespace sweetspot
