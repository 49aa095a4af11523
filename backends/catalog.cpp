#include "backends/descriptor.hpp"

#include "backends/embedded.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <fstream>
#include <system_error>

namespace sweetspot {

namespace {

// No descriptor is near it; a model file put there by mistake is not read whole.
constexpr std::uintmax_t largest_descriptor_bytes = 4 << 20;

std::string file_text(const std::filesystem::path& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (!error && size > largest_descriptor_bytes) {
    throw Error{path.string() + " is too large for an engine descriptor (" + std::to_string(size) + " bytes)",
                "move it out of the engines folder"};
  }
  std::ifstream in(path, std::ios::binary);
  std::string result{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (error || !in) throw Error{"cannot read " + path.string(), "check its permissions, or move it out of the engines folder"};
  return result;
}

std::vector<std::filesystem::path> descriptor_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->path().extension() == ".json") files.push_back(entry->path());
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

std::vector<EngineDescriptor> catalog(const std::filesystem::path& user_folder) {
  std::vector<EngineDescriptor> engines;
  for (const std::string_view text : embedded::engines()) engines.push_back(read_descriptor(std::string(text), "built in"));
  if (user_folder.empty()) return engines;
  for (const auto& file : descriptor_files(user_folder)) {
    EngineDescriptor engine = read_descriptor(file_text(file), file.string());
    const auto same = std::ranges::find(engines, engine.name, &EngineDescriptor::name);
    if (same == engines.end()) {
      engines.push_back(std::move(engine));
    } else {
      *same = std::move(engine);
    }
  }
  return engines;
}

EngineDescriptor find_engine(const std::vector<EngineDescriptor>& engines, const std::string& name) {
  const auto found = std::ranges::find(engines, name, &EngineDescriptor::name);
  if (found != engines.end()) return *found;
  std::vector<std::string> names;
  std::string list;
  for (const EngineDescriptor& engine : engines) {
    names.push_back(engine.name);
    list += (list.empty() ? "" : ", ") + engine.name;
  }
  throw Error{"there is no engine \"" + name + "\"", did_you_mean(name, names, "known are " + list)};
}

std::string proven(const EngineDescriptor& engine, const std::string& version) {
  const auto found = engine.proven.find(version);
  return found == engine.proven.end() ? "never" : found->second;
}

}  // namespace sweetspot
