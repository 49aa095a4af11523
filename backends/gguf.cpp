#include "backends/gguf.hpp"

#include "backends/gguf_tables.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <optional>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

namespace sweetspot {

namespace {

// Caps of what a file may claim, far above what real files have (a few hundred keys, some thousand tensors).
constexpr std::uint64_t most_keys = 1'000'000;
constexpr std::uint64_t most_tensors = 1'000'000;
constexpr std::uint64_t longest_key = 1 << 16;
constexpr std::uint64_t longest_kept_text = 4096;
constexpr std::uint32_t most_dimensions = 8;
constexpr int deepest_array = 4;
constexpr std::uint64_t fingerprint_bytes = 1 << 20;
constexpr std::uint64_t default_alignment = 32;

enum class ValueType : std::uint32_t { u8, i8, u16, i16, u32, i32, f32, boolean, text, array, u64, i64, f64 };

/// Reads forward only, and never past the end of the file: whatever it asks for that is not there is "cut short".
class Reader {
public:
  Reader(const std::filesystem::path& path, std::uint64_t size) : path_(path.string()), size_(size), in_(path, std::ios::binary) {
    if (!in_) throw Error{"cannot read " + path_, "check its permissions"};
  }
  std::uint64_t position() const { return position_; }
  std::uint64_t left() const { return size_ - position_; }

  void read(void* to, std::uint64_t bytes) {
    need(bytes);
    in_.read(static_cast<char*>(to), static_cast<std::streamsize>(bytes));
    if (!in_)
      throw Error{"cannot read " + path_ + " at byte " + std::to_string(position_), "check the disk, or get the file again"};
    position_ += bytes;
  }
  void skip(std::uint64_t bytes) {
    need(bytes);
    // Seeking throws the buffer away: short distances are read.
    if (bytes < 4096) {
      in_.ignore(static_cast<std::streamsize>(bytes));
    } else {
      in_.seekg(static_cast<std::streamoff>(bytes), std::ios::cur);
    }
    position_ += bytes;
  }
  template <typename Number>
  Number number() {
    // GGUF files are little-endian, and so is every machine that this program runs on.
    static_assert(std::endian::native == std::endian::little);
    Number value{};
    read(&value, sizeof(value));
    return value;
  }
  std::string text(std::uint64_t longest) {
    const auto length = number<std::uint64_t>();
    need(length);
    std::string value(static_cast<std::size_t>(std::min(length, longest)), '\0');
    read(value.data(), value.size());
    skip(length - value.size());
    return value;
  }
  [[noreturn]] void broken(const std::string& what) const {
    throw Error{path_ + " is no sound GGUF file: " + what, "get the file again"};
  }

private:
  void need(std::uint64_t bytes) const {
    if (bytes <= left()) return;
    throw Error{fmt::format("{} is cut short: its header goes on after the last of its {} bytes", path_, size_),
                "get the file again"};
  }

  std::string path_;
  std::uint64_t size_;
  std::uint64_t position_ = 0;
  std::ifstream in_;
};

using MetadataValue = std::variant<std::monostate, std::int64_t, std::string>;
using Metadata = std::map<std::string, MetadataValue>;

void require_gguf(Reader& reader, const std::filesystem::path& path);
Metadata metadata(Reader& reader, std::uint64_t count);
/// What the tensor table adds up to, in bytes.
struct TensorBytes {
  std::uint64_t end = 0;         ///< from the start of the tensor data to the end of its last tensor
  std::uint64_t all = 0;         ///< without the draft head, which plain decoding does not read
  std::uint64_t experts = 0;     ///< of them those of which a token reads only some
  std::uint64_t embeddings = 0;  ///< of the input, of which a token reads one row
  bool has_output = false;       ///< else the input's embeddings are the output's too, and read whole
};
TensorBytes tensor_bytes(Reader& reader, std::uint64_t count, std::int64_t layers);
std::int64_t bytes_per_token(const TensorBytes& bytes, const Metadata& values, const std::string& architecture);
std::string fingerprint(const std::filesystem::path& path, std::uint64_t size);
std::int64_t integer(const Metadata& values, const std::string& key, std::int64_t otherwise);
std::string text(const Metadata& values, const std::string& key);

}  // namespace

ModelIdentity read_gguf(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) throw Error{"there is no file " + path.string(), "check the path given with --model"};
  if (std::filesystem::is_directory(status))
    throw Error{path.string() + " is a folder, not a GGUF file", "name the .gguf file in it"};
  if (!std::filesystem::is_regular_file(status)) throw Error{path.string() + " is no file", "name a .gguf file"};
  const auto size = std::filesystem::file_size(path, error);
  if (error) throw Error{"cannot read " + path.string() + ": " + error.message(), "check its permissions"};
  Reader reader(path, size);
  require_gguf(reader, path);
  const auto tensors = reader.number<std::uint64_t>();
  const auto keys = reader.number<std::uint64_t>();
  if (tensors > most_tensors) reader.broken(std::to_string(tensors) + " tensors");
  if (keys > most_keys) reader.broken(std::to_string(keys) + " metadata keys");
  const Metadata values = metadata(reader, keys);
  const std::string architecture = text(values, "general.architecture");
  const std::int64_t layers =
      integer(values, architecture + ".block_count", 0) - integer(values, architecture + ".nextn_predict_layers", 0);
  const TensorBytes weights = tensor_bytes(reader, tensors, layers);
  const auto data_end = weights.end;
  const auto alignment =
      static_cast<std::uint64_t>(std::clamp<std::int64_t>(integer(values, "general.alignment", default_alignment), 1, 1 << 20));
  const auto data_begin = (reader.position() + alignment - 1) / alignment * alignment;
  if (data_end > 0 && (data_begin > size || data_end > size - data_begin)) {
    throw Error{
        fmt::format("{} is cut short: it has {} bytes and its tensors need {}", path.string(), size, data_begin + data_end),
        "get the file again"};
  }
  ModelIdentity model;
  model.path = path.string();
  model.size_bytes = static_cast<std::int64_t>(size);
  model.sha256 = fingerprint(path, size);
  model.architecture = architecture;
  model.bytes_per_token = bytes_per_token(weights, values, architecture);
  model.name = text(values, "general.name");
  if (model.name.empty()) model.name = path.stem().string();
  model.quantisation = file_type_name(integer(values, "general.file_type", -1));
  model.context_length = integer(values, model.architecture + ".context_length", 0);
  model.nextn_predict_layers = integer(values, model.architecture + ".nextn_predict_layers", 0);
  model.has_chat_template = !text(values, "tokenizer.chat_template").empty();
  return model;
}

namespace {

std::string seems_to_be(const std::array<char, 4>& magic) {
  const std::string_view start(magic.data(), magic.size());
  if (start.starts_with("PK")) return "a zip archive (perhaps a PyTorch checkpoint)";
  if (start.starts_with("\x1f\x8b")) return "gzip-compressed";
  if (start == "ggml" || start == "lmgg" || start == "tjgg" || start == "fmgg") return "a file of the format before GGUF";
  if (start.starts_with("<") || start.starts_with("\n<")) return "a web page (perhaps a failed download)";
  if (start == "vers") return "a Git LFS pointer: the file itself was not fetched";
  if (start.starts_with("{")) return "JSON";
  if (start[1] == '\0' && start[2] == '\0') return "perhaps safetensors";
  return "something else";
}

void require_gguf(Reader& reader, const std::filesystem::path& path) {
  std::array<char, 4> magic{};
  if (reader.left() < magic.size())
    throw Error{path.string() + " is no GGUF file: it has fewer than 4 bytes", "get the file again"};
  reader.read(magic.data(), magic.size());
  if (std::string_view(magic.data(), magic.size()) != "GGUF") {
    throw Error{path.string() + " is no GGUF file but " + seems_to_be(magic), "name a .gguf file"};
  }
  const auto version = reader.number<std::uint32_t>();
  if (version == 2 || version == 3) return;
  const bool swapped = version == 0x02000000 || version == 0x03000000;
  throw Error{
      swapped ? path.string() + " is a big-endian GGUF file" : fmt::format("{} is GGUF version {}", path.string(), version),
      "versions 2 and 3, little-endian, can be read: convert it again"};
}

std::uint64_t width(Reader& reader, ValueType type) {
  constexpr std::array<std::uint64_t, 13> widths{1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
  const auto index = static_cast<std::size_t>(type);
  if (index >= widths.size()) reader.broken("metadata of unknown type " + std::to_string(index));
  return widths[index];
}

void skip_array(Reader& reader, int depth) {
  const auto type = static_cast<ValueType>(reader.number<std::uint32_t>());
  const auto count = reader.number<std::uint64_t>();
  // Every element takes at least a byte, so that a count beyond the file ends here and not after hours.
  if (count > reader.left()) reader.broken("an array of " + std::to_string(count) + " elements");
  if (type == ValueType::array) {
    if (depth >= deepest_array) reader.broken("arrays within arrays within arrays");
    for (std::uint64_t i = 0; i < count; ++i) skip_array(reader, depth + 1);
  } else if (type == ValueType::text) {
    for (std::uint64_t i = 0; i < count; ++i) reader.skip(reader.number<std::uint64_t>());
  } else {
    const auto bytes = width(reader, type);
    if (count > reader.left() / bytes) reader.broken("an array of " + std::to_string(count) + " elements");
    reader.skip(count * bytes);
  }
}

MetadataValue metadata_value(Reader& reader, ValueType type) {
  switch (type) {
    case ValueType::u8: return std::int64_t{reader.number<std::uint8_t>()};
    case ValueType::i8: return std::int64_t{reader.number<std::int8_t>()};
    case ValueType::u16: return std::int64_t{reader.number<std::uint16_t>()};
    case ValueType::i16: return std::int64_t{reader.number<std::int16_t>()};
    case ValueType::u32: return std::int64_t{reader.number<std::uint32_t>()};
    case ValueType::i32: return std::int64_t{reader.number<std::int32_t>()};
    case ValueType::boolean: return std::int64_t{reader.number<std::uint8_t>()};
    case ValueType::u64: return static_cast<std::int64_t>(reader.number<std::uint64_t>());
    case ValueType::i64: return reader.number<std::int64_t>();
    case ValueType::text: return reader.text(longest_kept_text);
    case ValueType::array: skip_array(reader, 1); return std::monostate{};
    case ValueType::f32:
    case ValueType::f64: break;
  }
  reader.skip(width(reader, type));
  return std::monostate{};
}

Metadata metadata(Reader& reader, std::uint64_t count) {
  Metadata values;
  for (std::uint64_t i = 0; i < count; ++i) {
    std::string key = reader.text(longest_key);
    const auto type = static_cast<ValueType>(reader.number<std::uint32_t>());
    auto value = metadata_value(reader, type);
    // Of a hostile file only what is asked for is kept; numbers and short texts are all that is asked for.
    if (!std::holds_alternative<std::monostate>(value)) values.insert_or_assign(std::move(key), std::move(value));
  }
  return values;
}

/// The layer that a tensor belongs to; -1 for those outside.
std::int64_t layer_of(const std::string& name) {
  constexpr std::string_view start = "blk.";
  return name.starts_with(start) ? std::atoll(name.c_str() + start.size()) : -1;
}

void add_tensor(const std::string& name, std::uint64_t bytes, std::int64_t layers, TensorBytes& to) {
  if (layers > 0 && layer_of(name) >= layers) return;
  to.all += bytes;
  if (name.find("_exps.") != std::string::npos) to.experts += bytes;
  if (name == "token_embd.weight") to.embeddings = bytes;
  if (name == "output.weight") to.has_output = true;
}

TensorBytes tensor_bytes(Reader& reader, std::uint64_t count, std::int64_t layers) {
  TensorBytes total;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::string name = reader.text(longest_key);
    const auto dimensions = reader.number<std::uint32_t>();
    if (dimensions > most_dimensions) reader.broken("a tensor of " + std::to_string(dimensions) + " dimensions");
    std::uint64_t elements = 1;
    for (std::uint32_t d = 0; d < dimensions; ++d) {
      const auto extent = reader.number<std::uint64_t>();
      constexpr std::uint64_t most_elements = std::uint64_t{1} << 48;
      if (extent > most_elements || (extent != 0 && elements > most_elements / extent)) {
        reader.broken("tensor \"" + shortened(escape_control(name), 60) + "\" is larger than any model");
      }
      elements *= extent;
    }
    const auto type = reader.number<std::uint32_t>();
    const auto offset = reader.number<std::uint64_t>();
    if (offset > std::uint64_t{1} << 60)
      reader.broken("tensor \"" + shortened(escape_control(name), 60) + "\" starts beyond any file");
    // A type that is newer than this table only counts with its start.
    const auto block = tensor_block(type);
    const std::uint64_t bytes = block ? (elements + block->elements - 1) / block->elements * block->bytes : 0;
    total.end = std::max(total.end, offset + bytes);
    add_tensor(name, bytes, layers, total);
  }
  return total;
}

/// Weights that decoding one token reads.
std::int64_t bytes_per_token(const TensorBytes& bytes, const Metadata& values, const std::string& architecture) {
  const auto used = integer(values, architecture + ".expert_used_count", 1);
  const auto experts = std::max<std::int64_t>(integer(values, architecture + ".expert_count", 1), 1);
  const double share = std::clamp(static_cast<double>(used) / static_cast<double>(experts), 0.0, 1.0);
  const std::uint64_t always = bytes.all - bytes.experts - (bytes.has_output ? bytes.embeddings : 0);
  return static_cast<std::int64_t>(static_cast<double>(always) + share * static_cast<double>(bytes.experts));
}

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

std::string fingerprint(const std::filesystem::path& path, std::uint64_t size) {
  std::ifstream in(path, std::ios::binary);
  const auto part = std::min(size, fingerprint_bytes);
  const auto head = bytes_at(in, 0, part);
  const auto tail = bytes_at(in, size - part, part);
  constexpr std::uint64_t offset_basis = 14695981039346656037ULL;
  return fmt::format("{:016x}{:016x}", fnv1a(head, offset_basis ^ size), fnv1a(tail, offset_basis ^ size));
}

std::int64_t integer(const Metadata& values, const std::string& key, std::int64_t otherwise) {
  const auto found = values.find(key);
  if (found == values.end()) return otherwise;
  const auto* number = std::get_if<std::int64_t>(&found->second);
  return number == nullptr ? otherwise : *number;
}

std::string text(const Metadata& values, const std::string& key) {
  const auto found = values.find(key);
  if (found == values.end()) return {};
  const auto* word = std::get_if<std::string>(&found->second);
  return word == nullptr ? std::string{} : escape_control(*word);
}

}  // namespace

}  // namespace sweetspot
