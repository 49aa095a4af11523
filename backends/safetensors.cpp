#include "backends/safetensors.hpp"

#include "core/error.hpp"
#include "core/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <fstream>
#include <optional>
#include <string_view>
#include <system_error>

namespace sweetspot {

namespace {

using Json = nlohmann::json;

constexpr std::uint64_t largest_header = 100'000'000;
constexpr std::size_t most_dimensions = 8;
constexpr std::int64_t most_elements = std::int64_t{1} << 48;

struct TypeRow {
  std::string_view name;
  std::int64_t bytes;
};
constexpr std::array<TypeRow, 17> types_known{{{"BOOL", 1},
                                               {"U8", 1},
                                               {"I8", 1},
                                               {"F8_E4M3", 1},
                                               {"F8_E5M2", 1},
                                               {"F8_E8M0", 1},
                                               {"U16", 2},
                                               {"I16", 2},
                                               {"F16", 2},
                                               {"BF16", 2},
                                               {"U32", 4},
                                               {"I32", 4},
                                               {"F32", 4},
                                               {"U64", 8},
                                               {"I64", 8},
                                               {"F64", 8},
                                               {"C64", 8}}};

[[noreturn]] void broken(const std::filesystem::path& path, const std::string& what) {
  throw Error{path.string() + " is no sound safetensors file: " + what, "get the file again"};
}

std::string read_header(const std::filesystem::path& path, std::uint64_t size);
SafeTensor tensor_from(const std::filesystem::path& path, const std::string& name, const Json& json, std::uint64_t data_bytes);

}  // namespace

SafetensorsFile read_safetensors(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) throw Error{"there is no file " + path.string(), "check the path"};
  if (!std::filesystem::is_regular_file(status)) throw Error{path.string() + " is no file", "name the model's folder"};
  const auto size = std::filesystem::file_size(path, error);
  if (error) throw Error{"cannot read " + path.string() + ": " + error.message(), "check its permissions"};
  const std::string header = read_header(path, size);
  // Deeper than tensors are described, nothing is kept.
  const auto shallow = [](int depth, Json::parse_event_t, Json&) { return depth <= 3; };
  const Json json = Json::parse(header, shallow, false);
  if (json.is_discarded() || !json.is_object()) broken(path, "its header is no JSON object");
  SafetensorsFile file{path, static_cast<std::int64_t>(size), {}};
  const std::uint64_t data_bytes = size - 8 - header.size();
  for (const auto& [name, tensor] : json.items()) {
    if (name != "__metadata__") file.tensors.push_back(tensor_from(path, name, tensor, data_bytes));
  }
  return file;
}

namespace {

std::string seems_to_be(std::string_view start) {
  if (start.starts_with("GGUF")) return "a GGUF file";
  if (start.starts_with("PK")) return "a zip archive (perhaps a PyTorch checkpoint)";
  if (start.starts_with("version ")) return "a Git LFS pointer: the file itself was not fetched";
  if (start.starts_with("<") || start.starts_with("\n<")) return "a web page (perhaps a failed download)";
  return "";
}

std::string read_header(const std::filesystem::path& path, std::uint64_t size) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw Error{"cannot read " + path.string(), "check its permissions"};
  std::array<unsigned char, 8> start{};
  in.read(reinterpret_cast<char*>(start.data()), start.size());
  const auto got = static_cast<std::size_t>(in.gcount());
  const auto seems = seems_to_be({reinterpret_cast<const char*>(start.data()), got});
  if (!seems.empty()) throw Error{path.string() + " is no safetensors file but " + seems, "get the file again"};
  if (got < start.size()) throw Error{fmt::format("{} is cut short: it has {} bytes", path.string(), size), "get the file again"};
  std::uint64_t length = 0;
  for (std::size_t i = start.size(); i-- > 0;) length = length << 8 | start[i];
  if (length > largest_header)
    broken(path, fmt::format("its header claims {} bytes, and at most {} are allowed", length, largest_header));
  if (length > size - start.size())
    throw Error{fmt::format("{} is cut short: its header claims {} bytes and the file has {}", path.string(), length, size),
                "get the file again"};
  std::string header(static_cast<std::size_t>(length), '\0');
  in.read(header.data(), static_cast<std::streamsize>(header.size()));
  if (!in) throw Error{"cannot read the header of " + path.string(), "check the disk, or get the file again"};
  return header;
}

std::optional<std::int64_t> bytes_of(std::string_view type) {
  for (const TypeRow& row : types_known) {
    if (row.name == type) return row.bytes;
  }
  return std::nullopt;
}

bool whole(const Json& json) { return json.is_number_unsigned() || (json.is_number_integer() && json.get<std::int64_t>() >= 0); }

SafeTensor tensor_from(const std::filesystem::path& path, const std::string& name, const Json& json, std::uint64_t data_bytes) {
  const std::string shown = "tensor \"" + shortened(escape_control(name), 80) + "\"";
  if (!json.is_object() || !json.contains("dtype") || !json["dtype"].is_string() || !json.contains("shape") ||
      !json["shape"].is_array() || !json.contains("data_offsets") || !json["data_offsets"].is_array() ||
      json["data_offsets"].size() != 2 || json["shape"].size() > most_dimensions)
    broken(path, shown + " lacks type, shape or place");
  SafeTensor tensor{name, json["dtype"].get<std::string>(), {}, 0};
  std::int64_t elements = 1;
  for (const Json& extent : json["shape"]) {
    if (!whole(extent)) broken(path, shown + " has no sound shape");
    const auto count = extent.get<std::int64_t>();
    if (count > most_elements || (count > 0 && elements > most_elements / count))
      broken(path, shown + " is larger than any model");
    elements *= count;
    tensor.shape.push_back(count);
  }
  const Json& offsets = json["data_offsets"];
  if (!whole(offsets[0]) || !whole(offsets[1])) broken(path, shown + " has no sound place");
  const auto begin = offsets[0].get<std::uint64_t>();
  const auto end = offsets[1].get<std::uint64_t>();
  if (begin > end) broken(path, shown + " ends before it begins");
  if (end > data_bytes)
    throw Error{fmt::format("{} is cut short: {} ends {} bytes after the last", path.string(), shown, end - data_bytes),
                "get the file again"};
  tensor.bytes = static_cast<std::int64_t>(end - begin);
  const auto width = bytes_of(tensor.type);
  if (width && tensor.bytes != elements * *width)
    broken(path, fmt::format("{} takes {} bytes and its shape needs {}", shown, tensor.bytes, elements * *width));
  return tensor;
}

}  // namespace

}  // namespace sweetspot
