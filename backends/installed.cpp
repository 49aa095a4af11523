#include "backends/installed.hpp"

#include "core/error.hpp"
#include "core/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>
#include <system_error>

namespace sweetspot {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_program_folders = 200;  ///< of one place
constexpr std::size_t most_entries = 50'000;       ///< of all model stores together
constexpr std::size_t most_models = 1'000;
constexpr std::uintmax_t largest_manifest = 1 << 20;
constexpr int deepest_store = 4;

/// Looks into folders and never into too many.
class Scan {
public:
  InstalledModels found;

  std::vector<fs::path> entries(const fs::path& folder) {
    std::vector<fs::path> paths;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
      if (++seen_ > most_entries) {
        found.complete = false;
        break;
      }
      paths.push_back(entry->path());
    }
    std::ranges::sort(paths);
    return paths;
  }

  void add(InstalledModel model) {
    std::error_code error;
    const auto real = fs::weakly_canonical(model.path, error);
    if (error || !known_.insert(real).second) return;
    if (found.models.size() >= most_models) {
      found.complete = false;
      return;
    }
    model.changed = static_cast<std::int64_t>(fs::last_write_time(model.path, error).time_since_epoch().count());
    found.models.push_back(std::move(model));
  }

private:
  std::size_t seen_ = 0;
  std::set<fs::path> known_;
};

void add_below(Scan& scan, const fs::path& folder, const std::string& name, const std::string& source, int depth);
void add_hugging_face(Scan& scan, const fs::path& hub);
void add_ollama(Scan& scan, const fs::path& store);
std::string variable(const Surroundings& around, const std::string& name);

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

std::string program_search_path(const Surroundings& around, const std::string& path_variable) {
  std::string path = path_variable;
  std::error_code error;
  const auto add = [&](const fs::path& folder) {
    if (folder.is_absolute() && fs::is_directory(folder, error)) path += (path.empty() ? "" : ":") + folder.string();
  };
  const auto add_each = [&](const fs::path& parent, const fs::path& below) {
    std::vector<fs::path> folders;
    for (fs::directory_iterator entry(parent, error), end; !error && entry != end; entry.increment(error)) {
      if (folders.size() >= most_program_folders) break;
      folders.push_back(entry->path() / below);
    }
    std::ranges::sort(folders);
    for (const fs::path& folder : folders) add(folder);
  };
  for (const fs::path& folder : around.program_folders) add(folder);
  if (!around.home.empty()) {
    add(around.home / ".local/bin");
    for (const char* tools :
         {".local/pipx/venvs", ".local/share/pipx/venvs", "Library/Application Support/pipx/venvs", ".local/share/uv/tools"})
      add_each(around.home / tools, "bin");
    add(around.home / ".lmstudio/bin");
    add(around.home / ".cache/lm-studio/bin");
  }
  for (const fs::path& applications : around.application_folders) {
    add_each(applications, "Contents/MacOS");
    add_each(applications, "Contents/Resources");
  }
  return path;
}

InstalledModels installed_models(const Surroundings& around) {
  Scan scan;
  const auto place = [&](const std::string& name, const char* below_home) {
    const std::string given = variable(around, name);
    return given.empty() ? (around.home.empty() ? fs::path{} : around.home / below_home) : fs::path{given};
  };
  const std::string hub_home = variable(around, "HF_HOME");
  const std::string hub = variable(around, "HF_HUB_CACHE");
  add_hugging_face(scan, !hub.empty()        ? fs::path{hub}
                         : !hub_home.empty() ? fs::path{hub_home} / "hub"
                                             : place("", ".cache/huggingface/hub"));
  for (const char* cache : {"Library/Caches/llama.cpp", ".cache/llama.cpp"})
    add_below(scan, place("LLAMA_CACHE", cache), "", "llama.cpp", 1);
  for (const char* store : {".lmstudio/models", ".cache/lm-studio/models"})
    add_below(scan, place("", store), "", "LM Studio", deepest_store);
  add_ollama(scan, place("OLLAMA_MODELS", ".ollama/models"));
  std::ranges::stable_sort(scan.found.models, std::ranges::greater{}, &InstalledModel::changed);
  return scan.found;
}

std::optional<InstalledModel> find_installed(const std::vector<InstalledModel>& models, const std::string& name) {
  const std::string wanted = lower(name);
  std::vector<const InstalledModel*> meant;
  for (const InstalledModel& model : models) {
    const std::string own = lower(model.name);
    if (own == wanted) return model;
    const auto slash = own.rfind('/');
    if (slash != std::string::npos && own.substr(slash + 1) == wanted) meant.push_back(&model);
  }
  if (meant.empty()) return std::nullopt;
  if (meant.size() == 1) return *meant.front();
  std::string names;
  for (const InstalledModel* model : meant) names += (names.empty() ? "" : ", ") + model->name;
  throw Error{fmt::format("\"{}\" may be {} models that were found here", escape_control(name), meant.size()),
              "name one of them whole: " + escape_control(names)};
}

bool takes(const EngineDescriptor& engine, const InstalledModel& model) {
  if (!engine.identity.models.empty() || !can_launch(engine)) return false;
  switch (engine.identity.model_form) {
    case ModelForm::gguf: return model.format == "gguf";
    case ModelForm::folder: return model.format == "safetensors";
    case ModelForm::name: return false;
  }
  return false;
}

namespace {

/// LLAMA_CACHE and so on; nothing without a name.
std::string variable(const Surroundings& around, const std::string& name) {
  const auto found = around.variables.find(name);
  return name.empty() || found == around.variables.end() ? std::string{} : found->second;
}

std::int64_t size_of(const fs::path& file) {
  std::error_code error;
  const auto size = fs::file_size(file, error);
  return error ? 0 : static_cast<std::int64_t>(size);
}

/// A part of a split model but the first, or a projector for images.
bool no_model_of_its_own(const std::string& file) {
  const auto of = file.rfind("-of-");
  const bool later_part = of != std::string::npos && of >= 5 && file.substr(of - 5, 5) != "00001";
  return later_part || file.find("mmproj") != std::string::npos;
}

/// GGUF files, or a folder that is a model as a whole. One of a kind bears its folder's name, several their own behind it.
void add_below(Scan& scan, const fs::path& folder, const std::string& name, const std::string& source, int depth) {
  if (folder.empty() || depth < 0) return;
  const std::string above = name.empty() ? "" : name + "/";
  std::vector<InstalledModel> files;
  std::vector<fs::path> folders;
  std::int64_t weights = 0;
  bool configured = false;
  std::error_code error;
  for (const fs::path& entry : scan.entries(folder)) {
    const std::string file = entry.filename().string();
    if (fs::is_directory(entry, error)) {
      if (!file.starts_with(".")) folders.push_back(entry);
    } else if (!fs::is_regular_file(entry, error)) {
      continue;
    } else if (entry.extension() == ".gguf" && !no_model_of_its_own(file)) {
      files.push_back({above + entry.stem().string(), source, entry, "gguf", size_of(entry), 0});
    } else if (entry.extension() == ".safetensors") {
      weights += size_of(entry);
    } else if (file == "config.json") {
      configured = true;
    }
  }
  if (files.size() == 1 && !name.empty() && name.find('/') != std::string::npos) files.front().name = name;
  for (InstalledModel& file : files) scan.add(std::move(file));
  if (configured && weights > 0) scan.add({name, source, folder, "safetensors", weights, 0});
  for (const fs::path& below : folders) add_below(scan, below, above + below.filename().string(), source, depth - 1);
}

/// models--ORG--NAME/snapshots/REVISION, the revision that refs/main names, else the last.
void add_hugging_face(Scan& scan, const fs::path& hub) {
  constexpr std::string_view start = "models--";
  if (hub.empty()) return;
  for (const fs::path& repository : scan.entries(hub)) {
    std::string name = repository.filename().string();
    if (!name.starts_with(start)) continue;
    name.erase(0, start.size());
    if (const auto dashes = name.find("--"); dashes != std::string::npos) name.replace(dashes, 2, "/");
    std::string revision;
    std::ifstream(repository / "refs" / "main") >> revision;
    std::error_code error;
    fs::path snapshot = repository / "snapshots" / revision;
    if (revision.empty() || revision.find('/') != std::string::npos || !fs::is_directory(snapshot, error)) {
      const auto snapshots = scan.entries(repository / "snapshots");
      if (snapshots.empty()) continue;
      snapshot = snapshots.back();
    }
    add_below(scan, snapshot, name, "Hugging Face", 2);
  }
}

/// The weights of an Ollama manifest (manifests/REGISTRY/NAMESPACE/MODEL/TAG), kept as blobs/sha256-DIGEST.
void add_manifest(Scan& scan, const fs::path& store, const fs::path& manifest, const std::string& name) {
  if (size_of(manifest) <= 0 || static_cast<std::uintmax_t>(size_of(manifest)) > largest_manifest) return;
  std::ifstream in(manifest, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("layers") || !json["layers"].is_array()) return;
  for (const auto& layer : json["layers"]) {
    if (!layer.is_object() || !layer.contains("mediaType") || !layer.contains("digest") || !layer["digest"].is_string() ||
        layer["mediaType"] != "application/vnd.ollama.image.model")
      continue;
    std::string digest = layer["digest"].get<std::string>();
    const auto colon = digest.find(':');
    if (colon == std::string::npos || digest.find('/') != std::string::npos) continue;
    digest.replace(colon, 1, "-");
    const fs::path blob = store / "blobs" / digest;
    std::error_code error;
    if (fs::is_regular_file(blob, error)) scan.add({name, "Ollama", blob, "gguf", size_of(blob), 0});
    return;
  }
}

void add_ollama(Scan& scan, const fs::path& store) {
  if (store.empty()) return;
  for (const fs::path& registry : scan.entries(store / "manifests")) {
    for (const fs::path& space : scan.entries(registry)) {
      const std::string owner = space.filename() == "library" ? "" : space.filename().string() + "/";
      for (const fs::path& model : scan.entries(space)) {
        for (const fs::path& tag : scan.entries(model))
          add_manifest(scan, store, tag, owner + model.filename().string() + ":" + tag.filename().string());
      }
    }
  }
}

}  // namespace

}  // namespace sweetspot
