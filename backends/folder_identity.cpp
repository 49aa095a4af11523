#include "backends/folder_identity.hpp"

#include "backends/inspect.hpp"
#include "backends/model_folder.hpp"
#include "core/digest.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

namespace sweetspot {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t looked_at = 64 << 10;  ///< bytes at each end of a file with weights

std::string ends_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string bytes(2 * looked_at, '\0');
  in.read(bytes.data(), looked_at);
  std::int64_t got = in.gcount();
  std::error_code error;
  const auto size = static_cast<std::int64_t>(fs::file_size(path, error));
  if (!error && size > looked_at) {
    in.clear();
    in.seekg(std::max(looked_at, size - looked_at));
    in.read(bytes.data() + got, looked_at);
    got += in.gcount();
  }
  bytes.resize(static_cast<std::size_t>(got));
  return fmt::format("{} {} {}|", path.filename().string(), error ? 0 : size, digest(bytes));
}

std::string fingerprint(const ModelFolder& folder) {
  std::string seen;
  for (const std::string& name : folder.files) seen += ends_of(folder.path / name);
  for (const std::string& name : folder.files_beside) seen += ends_of(folder.path / name);
  for (const auto& [name, text] : folder.documents) seen += name + " " + digest(text) + "|";
  std::ifstream in(folder.path / "tokenizer.json", std::ios::binary);
  return digest(seen + digest(std::string{std::istreambuf_iterator<char>(in), {}}));
}

}  // namespace

ModelIdentity folder_identity(const fs::path& path) {
  const ModelFolder folder = read_model_folder(path);
  const ModelInspection found = inspect_folder(folder);
  ModelIdentity model;
  model.path = path.string();
  model.size_bytes = found.size_bytes;
  model.sha256 = fingerprint(folder);
  model.name = escape_control(found.name);
  if (const auto most = std::ranges::max_element(found.quantisation, {}, &StoredType::parameters);
      most != found.quantisation.end())
    model.quantisation = most->type;
  model.architecture = escape_control(found.architecture);
  model.context_length = found.context_length;
  model.nextn_predict_layers = found.draft_heads.present;
  model.bytes_per_token = found.bytes_per_token;
  model.has_chat_template = found.chat_template.present;
  return model;
}

}  // namespace sweetspot
