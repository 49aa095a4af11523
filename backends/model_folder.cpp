#include "backends/model_folder.hpp"

#include "core/error.hpp"
#include "core/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <set>
#include <system_error>

namespace sweetspot {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::size_t most_entries = 20'000;
constexpr std::uintmax_t largest_document = 16 << 20;
constexpr std::uintmax_t largest_index = 256 << 20;
constexpr auto index_name = "model.safetensors.index.json";
constexpr std::array documents_wanted{"config.json",        "tokenizer_config.json",  "chat_template.jinja",
                                      "chat_template.json", "generation_config.json", "mtplx_runtime.json"};
constexpr std::array tokenizers_known{"tokenizer.json", "tokenizer.model", "vocab.json", "tiktoken.model"};

std::vector<std::string> names_in(const fs::path& folder);
std::string text_of(const fs::path& file, std::uintmax_t largest);
std::vector<std::string> weight_files(const fs::path& folder, const std::vector<std::string>& names,
                                      std::map<std::string, std::string>& index);
fs::path snapshot_of(const fs::path& folder);

bool holds(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

ModelFolder read_model_folder(const fs::path& path) {
  ModelFolder folder;
  folder.path = snapshot_of(path);
  const auto names = names_in(folder.path);
  if (!holds(names, "config.json")) {
    const auto gguf = std::ranges::find_if(names, [](const std::string& name) { return name.ends_with(".gguf"); });
    throw Error{folder.path.string() + " has no config.json: it is no model folder of Hugging Face or MLX",
                gguf == names.end() ? "name the folder that holds config.json and the .safetensors files"
                                    : "name the GGUF file in it: " + (folder.path / *gguf).string()};
  }
  for (const char* name : documents_wanted) {
    if (holds(names, name)) folder.documents[name] = text_of(folder.path / name, largest_document);
  }
  if (!Json::parse(folder.documents["config.json"], nullptr, false).is_object())
    throw Error{(folder.path / "config.json").string() + " is no JSON object", "get the file again"};
  folder.has_tokenizer = std::ranges::any_of(tokenizers_known, [&](const char* name) { return holds(names, name); });
  std::map<std::string, std::string> index;
  folder.files = weight_files(folder.path, names, index);
  for (const std::string& name : folder.files) {
    SafetensorsFile file = read_safetensors(folder.path / name);
    folder.size_bytes += file.size_bytes;
    std::set<std::string> held;
    for (SafeTensor& tensor : file.tensors) {
      held.insert(tensor.name);
      folder.tensors.push_back(std::move(tensor));
    }
    for (const auto& [tensor, in_file] : index) {
      if (in_file == name && !held.contains(tensor)) folder.lost.push_back(tensor);
    }
  }
  for (const std::string& name : names) {
    if (!name.ends_with(".safetensors") || holds(folder.files, name)) continue;
    folder.files_beside.push_back(name);
    std::ranges::move(read_safetensors(folder.path / name).tensors, std::back_inserter(folder.beside));
  }
  return folder;
}

namespace {

/// Names of the files in the folder and in its "mtp" folder, sorted.
std::vector<std::string> names_in(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(folder, error)) {
    const bool repository = folder.is_relative() && std::distance(folder.begin(), folder.end()) == 2;
    throw Error{"there is no folder " + folder.string(),
                repository ? "if it is a name at Hugging Face: \"hf download " + folder.string() + "\" prints the folder to name"
                           : "check the path"};
  }
  if (!fs::is_directory(folder, error)) {
    const bool gguf = folder.extension() == ".gguf";
    throw Error{folder.string() + " is a file" + (gguf ? " (GGUF)" : "") + ", and a model folder is needed",
                gguf ? "name a folder with config.json and safetensors, or use llama-server for this file"
                     : "name the folder that holds config.json and the weights"};
  }
  std::vector<std::string> names;
  const auto add = [&](const std::string& below) {
    for (fs::directory_iterator entry(folder / below, error), end; !error && entry != end; entry.increment(error)) {
      if (names.size() >= most_entries)
        throw Error{fmt::format("{} has more than {} entries", folder.string(), most_entries), "name a model's own folder"};
      const std::string name = below + entry->path().filename().string();
      std::error_code ignored;
      // A link that leads nowhere is a file that is not there, and is said so where it is needed.
      if (!entry->is_directory(ignored)) names.push_back(name);
    }
  };
  add("");
  if (error) throw Error{"cannot read the folder " + folder.string() + ": " + error.message(), "check its permissions"};
  std::error_code ignored;
  if (fs::is_directory(folder / "mtp", ignored)) add("mtp/");
  std::ranges::sort(names);
  return names;
}

std::string text_of(const fs::path& file, std::uintmax_t largest) {
  std::error_code error;
  const auto size = fs::file_size(file, error);
  if (error) throw Error{"cannot read " + file.string() + ": " + error.message(), "get the file again"};
  if (size > largest)
    throw Error{fmt::format("{} has {} bytes, far more than such files have", file.string(), size), "get the file again"};
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in) throw Error{"cannot read " + file.string(), "check its permissions"};
  return text;
}

/// Refuses "model-00001-of-00003.safetensors" without all of its company.
void require_parts(const fs::path& folder, const std::vector<std::string>& files) {
  for (const std::string& name : files) {
    const auto of = name.rfind("-of-");
    const auto dash = of == std::string::npos || of == 0 ? std::string::npos : name.rfind('-', of - 1);
    const auto dot = name.rfind('.');
    if (dash == std::string::npos || dot == std::string::npos || dot < of + 4 || dot - of - 4 > 6) continue;
    const std::string digits = name.substr(of + 4, dot - of - 4);
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos) continue;
    for (long number = 1; number <= std::stol(digits); ++number) {
      const auto part = fmt::format("{}-{:0{}}-of-{}.safetensors", name.substr(0, dash), number, of - dash - 1, digits);
      if (!holds(files, part))
        throw Error{fmt::format("{} is not there: {} is one of {} parts", (folder / part).string(), name, std::stol(digits)),
                    "get the missing part"};
    }
  }
}

std::vector<std::string> indexed_files(const fs::path& folder, std::map<std::string, std::string>& index) {
  const fs::path path = folder / index_name;
  const Json json = Json::parse(text_of(path, largest_index), nullptr, false);
  if (!json.is_object() || !json.contains("weight_map") || !json["weight_map"].is_object())
    throw Error{path.string() + " is no JSON object with a weight_map", "get the file again"};
  std::set<std::string> files;
  for (const auto& [tensor, file] : json["weight_map"].items()) {
    if (!file.is_string())
      throw Error{path.string() + " names no file for \"" + shortened(escape_control(tensor), 80) + "\"", "get the file again"};
    const auto name = file.get<std::string>();
    if (name.find('/') != std::string::npos && !name.starts_with("mtp/"))
      throw Error{path.string() + " names a file outside the folder: " + shortened(escape_control(name), 80),
                  "get the file again"};
    index[tensor] = name;
    files.insert(name);
  }
  for (const std::string& name : files) {
    std::error_code error;
    if (!fs::exists(folder / name, error))
      throw Error{fmt::format("{} is not there: {} names it, with {} other files",
                              (folder / shortened(escape_control(name), 80)).string(), index_name, files.size() - 1),
                  "get the missing file"};
  }
  return {files.begin(), files.end()};
}

std::vector<std::string> weight_files(const fs::path& folder, const std::vector<std::string>& names,
                                      std::map<std::string, std::string>& index) {
  if (holds(names, index_name)) {
    auto files = indexed_files(folder, index);
    if (!files.empty()) return files;
  }
  std::vector<std::string> files;
  std::vector<std::string> own;
  for (const std::string& name : names) {
    if (!name.ends_with(".safetensors") || name.find('/') != std::string::npos) continue;
    files.push_back(name);
    if (name.starts_with("model") && !name.starts_with("model-mtp")) own.push_back(name);
  }
  if (!own.empty()) files = own;
  if (files.empty()) {
    const bool torch =
        std::ranges::any_of(names, [](const std::string& name) { return name.ends_with(".bin") || name.ends_with(".pth"); });
    throw Error{folder.string() + " has no .safetensors file",
                torch ? "its weights are PyTorch's: convert them to safetensors" : "get the weights, too"};
  }
  require_parts(folder, files);
  return files;
}

fs::path snapshot_of(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder / "snapshots", error) || fs::exists(folder / "config.json", error)) return folder;
  std::ifstream in(folder / "refs" / "main");
  std::string revision;
  in >> revision;
  if (!revision.empty() && revision.find('/') == std::string::npos && fs::is_directory(folder / "snapshots" / revision, error))
    return folder / "snapshots" / revision;
  throw Error{folder.string() + " is a repository of the Hugging Face cache without a finished snapshot", "get the model again"};
}

}  // namespace

}  // namespace sweetspot
