#include "backends/gguf_file.hpp"

#include "backends/gguf_tables.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace sweetspot {

namespace {

// Caps of what a file may claim, far above what real files have (a few hundred keys, some thousand tensors, templates of
// some ten thousand characters).
constexpr std::uint64_t most_keys = 1'000'000;
constexpr std::uint64_t most_tensors = 1'000'000;
constexpr std::uint64_t longest_key = 1 << 16;
constexpr std::uint64_t longest_kept_text = 1 << 20;
constexpr std::uint64_t most_kept_numbers = 4096;
constexpr std::uint64_t kept_bytes = 64 << 20;  ///< of all values
constexpr std::uint32_t most_dimensions = 8;
constexpr int deepest_array = 4;
constexpr std::uint64_t default_alignment = 32;
constexpr std::int64_t most_parts = 10'000;

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

struct Part {
  std::map<std::string, GgufValue> metadata;
  std::vector<GgufTensor> tensors;
  std::int64_t size_bytes = 0;
};

void require_gguf(Reader& reader, const std::filesystem::path& path);
std::uint64_t size_of(const std::filesystem::path& path);
std::map<std::string, GgufValue> metadata(Reader& reader, std::uint64_t count);
GgufTensor next_tensor(Reader& reader, std::uint64_t& end);
Part read_part(const std::filesystem::path& path);
std::filesystem::path part_path(const std::filesystem::path& path, std::int64_t number, std::int64_t count);

}  // namespace

GgufFile read_gguf_file(const std::filesystem::path& path) {
  Part first = read_part(path);
  GgufFile file{path, first.size_bytes, std::move(first.metadata), std::move(first.tensors)};
  const std::int64_t parts = file.integer("split.count", 1);
  if (parts <= 1) return file;
  if (parts > most_parts)
    throw Error{fmt::format("{} is no sound GGUF file: it claims {} parts", path.string(), parts), "get the file again"};
  const auto first_path = part_path(path, 1, parts);
  if (const std::int64_t number = file.integer("split.no", 0); number != 0)
    throw Error{fmt::format("{} is part {} of {}", path.string(), number + 1, parts), "name the first: " + first_path.string()};
  for (std::int64_t number = 2; number <= parts; ++number) {
    const auto next = part_path(path, number, parts);
    std::error_code error;
    if (!std::filesystem::exists(next, error))
      throw Error{fmt::format("{} has {} parts, and {} is not there", path.string(), parts, next.string()),
                  "get all parts into one folder, under the names that they were made with"};
    Part part = read_part(next);
    file.size_bytes += part.size_bytes;
    std::ranges::move(part.tensors, std::back_inserter(file.tensors));
  }
  return file;
}

std::int64_t GgufFile::integer(const std::string& key, std::int64_t otherwise) const {
  const auto found = metadata.find(key);
  if (found == metadata.end()) return otherwise;
  const auto* number = std::get_if<std::int64_t>(&found->second);
  return number == nullptr ? otherwise : *number;
}

std::string GgufFile::text(const std::string& key) const {
  const auto found = metadata.find(key);
  if (found == metadata.end()) return {};
  const auto* word = std::get_if<std::string>(&found->second);
  return word == nullptr ? std::string{} : escape_control(*word);
}

std::vector<std::int64_t> GgufFile::integers(const std::string& key) const {
  const auto found = metadata.find(key);
  if (found == metadata.end()) return {};
  if (const auto* list = std::get_if<std::vector<std::int64_t>>(&found->second)) return *list;
  const auto* number = std::get_if<std::int64_t>(&found->second);
  return number == nullptr ? std::vector<std::int64_t>{} : std::vector<std::int64_t>{*number};
}

std::int64_t GgufFile::own_integer(const std::string& key, std::int64_t otherwise) const {
  return integer(text("general.architecture") + "." + key, otherwise);
}

std::int64_t layer_of(const GgufTensor& tensor) {
  constexpr std::string_view start = "blk.";
  return tensor.name.starts_with(start) ? std::atoll(tensor.name.c_str() + start.size()) : -1;
}

std::int64_t trunk_layers(const GgufFile& file) {
  return file.own_integer("block_count", 0) - file.own_integer("nextn_predict_layers", 0);
}

std::int64_t bytes_per_token(const GgufFile& file) {
  const std::int64_t layers = trunk_layers(file);
  std::uint64_t always = 0;
  std::uint64_t experts = 0;
  std::uint64_t embeddings = 0;
  bool has_output = false;
  for (const GgufTensor& tensor : file.tensors) {
    if (layers > 0 && layer_of(tensor) >= layers) continue;
    if (tensor.name == "token_embd.weight") {
      embeddings = tensor.bytes;
    } else if (tensor.name.find("_exps.") != std::string::npos) {
      experts += tensor.bytes;
    } else {
      always += tensor.bytes;
    }
    if (tensor.name == "output.weight") has_output = true;
  }
  if (!has_output) always += embeddings;
  const auto used = static_cast<double>(file.own_integer("expert_used_count", 1));
  const auto count = static_cast<double>(std::max<std::int64_t>(file.own_integer("expert_count", 1), 1));
  return static_cast<std::int64_t>(static_cast<double>(always) +
                                   std::clamp(used / count, 0.0, 1.0) * static_cast<double>(experts));
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

void skip_elements(Reader& reader, ValueType type, std::uint64_t count, int depth) {
  // Every element takes at least a byte, so that a count beyond the file ends here and not after hours.
  if (count > reader.left()) reader.broken("an array of " + std::to_string(count) + " elements");
  if (type == ValueType::array) {
    if (depth >= deepest_array) reader.broken("arrays within arrays within arrays");
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto inner = static_cast<ValueType>(reader.number<std::uint32_t>());
      skip_elements(reader, inner, reader.number<std::uint64_t>(), depth + 1);
    }
  } else if (type == ValueType::text) {
    for (std::uint64_t i = 0; i < count; ++i) reader.skip(reader.number<std::uint64_t>());
  } else {
    const auto bytes = width(reader, type);
    if (count > reader.left() / bytes) reader.broken("an array of " + std::to_string(count) + " elements");
    reader.skip(count * bytes);
  }
}

/// Nothing is read where the type is no whole number.
std::optional<std::int64_t> whole_number(Reader& reader, ValueType type) {
  switch (type) {
    case ValueType::u8:
    case ValueType::boolean: return reader.number<std::uint8_t>();
    case ValueType::i8: return reader.number<std::int8_t>();
    case ValueType::u16: return reader.number<std::uint16_t>();
    case ValueType::i16: return reader.number<std::int16_t>();
    case ValueType::u32: return reader.number<std::uint32_t>();
    case ValueType::i32: return reader.number<std::int32_t>();
    case ValueType::u64: return static_cast<std::int64_t>(reader.number<std::uint64_t>());
    case ValueType::i64: return reader.number<std::int64_t>();
    case ValueType::f32:
    case ValueType::f64:
    case ValueType::text:
    case ValueType::array: break;
  }
  return std::nullopt;
}

/// A list of whole numbers that is short enough, else nothing; passed over either way.
std::optional<GgufValue> number_list(Reader& reader) {
  const auto start_type = static_cast<ValueType>(reader.number<std::uint32_t>());
  const auto count = reader.number<std::uint64_t>();
  if (count > reader.left()) reader.broken("an array of " + std::to_string(count) + " elements");
  const bool whole = start_type != ValueType::text && start_type != ValueType::array && start_type != ValueType::f32 &&
                     start_type != ValueType::f64 && width(reader, start_type) > 0;
  if (!whole || count > most_kept_numbers) {
    skip_elements(reader, start_type, count, 1);
    return std::nullopt;
  }
  std::vector<std::int64_t> numbers;
  numbers.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) numbers.push_back(*whole_number(reader, start_type));
  return numbers;
}

std::optional<GgufValue> metadata_value(Reader& reader, ValueType type) {
  if (const auto number = whole_number(reader, type)) return *number;
  if (type == ValueType::text) return reader.text(longest_kept_text);
  if (type == ValueType::array) return number_list(reader);
  reader.skip(width(reader, type));
  return std::nullopt;
}

std::uint64_t bytes_of(const GgufValue& value) {
  if (const auto* word = std::get_if<std::string>(&value)) return word->size();
  if (const auto* list = std::get_if<std::vector<std::int64_t>>(&value)) return list->size() * sizeof(std::int64_t);
  return sizeof(std::int64_t);
}

std::map<std::string, GgufValue> metadata(Reader& reader, std::uint64_t count) {
  std::map<std::string, GgufValue> values;
  std::uint64_t kept = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    std::string key = reader.text(longest_key);
    const auto type = static_cast<ValueType>(reader.number<std::uint32_t>());
    auto value = metadata_value(reader, type);
    if (!value) continue;
    kept += key.size() + bytes_of(*value);
    if (kept > kept_bytes) reader.broken("more than 64 MiB of metadata");
    values.insert_or_assign(std::move(key), std::move(*value));
  }
  return values;
}

GgufTensor next_tensor(Reader& reader, std::uint64_t& end) {
  GgufTensor tensor;
  tensor.name = reader.text(longest_key);
  const auto shown = [&] { return "tensor \"" + shortened(escape_control(tensor.name), 60) + "\""; };
  const auto dimensions = reader.number<std::uint32_t>();
  if (dimensions > most_dimensions) reader.broken("a tensor of " + std::to_string(dimensions) + " dimensions");
  tensor.elements = 1;
  for (std::uint32_t d = 0; d < dimensions; ++d) {
    const auto extent = reader.number<std::uint64_t>();
    constexpr std::uint64_t most_elements = std::uint64_t{1} << 48;
    if (extent > most_elements || (extent != 0 && tensor.elements > most_elements / extent))
      reader.broken(shown() + " is larger than any model");
    tensor.elements *= extent;
  }
  tensor.type = reader.number<std::uint32_t>();
  const auto offset = reader.number<std::uint64_t>();
  if (offset > std::uint64_t{1} << 60) reader.broken(shown() + " starts beyond any file");
  // A type that is newer than this table only counts with its start.
  const auto block = tensor_block(tensor.type);
  tensor.bytes = block ? (tensor.elements + block->elements - 1) / block->elements * block->bytes : 0;
  end = std::max(end, offset + tensor.bytes);
  return tensor;
}

std::uint64_t size_of(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) throw Error{"there is no file " + path.string(), "check the path given with --model"};
  if (std::filesystem::is_directory(status))
    throw Error{path.string() + " is a folder, not a GGUF file", "name the .gguf file in it"};
  if (!std::filesystem::is_regular_file(status)) throw Error{path.string() + " is no file", "name a .gguf file"};
  const auto size = std::filesystem::file_size(path, error);
  if (error) throw Error{"cannot read " + path.string() + ": " + error.message(), "check its permissions"};
  return size;
}

Part read_part(const std::filesystem::path& path) {
  const auto size = size_of(path);
  Reader reader(path, size);
  require_gguf(reader, path);
  const auto tensors = reader.number<std::uint64_t>();
  const auto keys = reader.number<std::uint64_t>();
  if (tensors > most_tensors) reader.broken(std::to_string(tensors) + " tensors");
  if (keys > most_keys) reader.broken(std::to_string(keys) + " metadata keys");
  Part part;
  part.size_bytes = static_cast<std::int64_t>(size);
  part.metadata = metadata(reader, keys);
  std::uint64_t data_end = 0;
  for (std::uint64_t i = 0; i < tensors; ++i) part.tensors.push_back(next_tensor(reader, data_end));
  const GgufFile file{path, part.size_bytes, part.metadata, {}};
  const auto alignment =
      static_cast<std::uint64_t>(std::clamp<std::int64_t>(file.integer("general.alignment", default_alignment), 1, 1 << 20));
  const auto data_begin = (reader.position() + alignment - 1) / alignment * alignment;
  if (data_end > 0 && (data_begin > size || data_end > size - data_begin)) {
    throw Error{
        fmt::format("{} is cut short: it has {} bytes and its tensors need {}", path.string(), size, data_begin + data_end),
        "get the file again"};
  }
  return part;
}

/// model-00001-of-00003.gguf and so on, as llama.cpp's gguf-split names them.
std::filesystem::path part_path(const std::filesystem::path& path, std::int64_t number, std::int64_t count) {
  const std::string name = path.filename().string();
  const auto ending = fmt::format("-of-{:05}.gguf", count);
  constexpr std::size_t digits = 5;
  if (!name.ends_with(ending) || name.size() < ending.size() + digits)
    throw Error{fmt::format("{} is one of {} parts and not named like one (NAME-00001{})", path.string(), count, ending),
                "give the parts back the names that they were made with"};
  const auto stem = name.substr(0, name.size() - ending.size() - digits);
  return path.parent_path() / fmt::format("{}{:05}{}", stem, number, ending);
}

}  // namespace

}  // namespace sweetspot
