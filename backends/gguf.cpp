#include "backends/gguf.hpp"

#include "backends/gguf_file.hpp"
#include "backends/gguf_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <vector>

namespace sweetspot {

namespace {

constexpr std::uint64_t fingerprint_bytes = 1 << 20;

std::string fingerprint(const std::filesystem::path& path);

}  // namespace

ModelIdentity read_gguf(const std::filesystem::path& path) {
  const GgufFile file = read_gguf_file(path);
  ModelIdentity model;
  model.path = path.string();
  model.size_bytes = file.size_bytes;
  model.sha256 = fingerprint(path);
  model.architecture = file.text("general.architecture");
  model.bytes_per_token = bytes_per_token(file);
  model.name = file.text("general.name");
  if (model.name.empty()) model.name = path.stem().string();
  model.quantisation = file_type_name(file.integer("general.file_type", -1));
  model.context_length = file.own_integer("context_length", 0);
  model.nextn_predict_layers = file.own_integer("nextn_predict_layers", 0);
  model.has_chat_template = !file.text("tokenizer.chat_template").empty();
  return model;
}

namespace {

std::uint64_t fnv1a(const std::vector<char>& bytes, std::uint64_t hash) {
  for (const char byte : bytes) {
    hash ^= static_cast<unsigned char>(byte);
    hash *= 1099511628211ULL;
  }
  return hash;
}

std::vector<char> bytes_at(std::ifstream& in, std::uint64_t position, std::uint64_t count) {
  std::vector<char> bytes(static_cast<std::size_t>(count));
  in.seekg(static_cast<std::streamoff>(position));
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

std::string fingerprint(const std::filesystem::path& path) {
  const auto size = static_cast<std::uint64_t>(std::filesystem::file_size(path));
  std::ifstream in(path, std::ios::binary);
  const auto part = std::min(size, fingerprint_bytes);
  const auto head = bytes_at(in, 0, part);
  const auto tail = bytes_at(in, size - part, part);
  constexpr std::uint64_t offset_basis = 14695981039346656037ULL;
  return fmt::format("{:016x}{:016x}", fnv1a(head, offset_basis ^ size), fnv1a(tail, offset_basis ^ size));
}

}  // namespace

}  // namespace sweetspot
