#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

/// Small model files made by hand.
namespace sweetspot::fixture {

/// A folder that is gone with its scope.
class ScratchFolder {
public:
  ScratchFolder() : path_(std::filesystem::temp_directory_path() / unique_name()) { std::filesystem::create_directories(path_); }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  /// Makes the folders on the way, too.
  std::filesystem::path write(const std::string& name, const std::string& content) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << content;
    return path_ / name;
  }

private:
  std::string unique_name() const { return "sweetspot-folder-" + std::to_string(reinterpret_cast<std::uintptr_t>(this)); }
  std::filesystem::path path_;
};

template <typename Number>
std::string bytes(Number value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

inline std::string lengthed(const std::string& text) { return bytes(std::uint64_t{text.size()}) + text; }

inline std::string text_key(const std::string& key, const std::string& value) {
  return lengthed(key) + bytes(std::uint32_t{8}) + lengthed(value);
}

inline std::string number_key(const std::string& key, std::uint32_t value) {
  return lengthed(key) + bytes(std::uint32_t{4}) + bytes(value);
}

inline std::string numbers_key(const std::string& key, const std::vector<std::uint32_t>& values) {
  std::string text = lengthed(key) + bytes(std::uint32_t{9}) + bytes(std::uint32_t{4}) + bytes(std::uint64_t{values.size()});
  for (const std::uint32_t value : values) text += bytes(value);
  return text;
}

/// A whole GGUF file: keys, then tensors, then as many zero bytes as they need.
class GgufBytes {
public:
  GgufBytes& text(const std::string& key, const std::string& value) { return add_key(text_key(key, value)); }
  GgufBytes& number(const std::string& key, std::uint32_t value) { return add_key(number_key(key, value)); }
  GgufBytes& numbers(const std::string& key, const std::vector<std::uint32_t>& values) {
    return add_key(numbers_key(key, values));
  }
  /// `type`: ggml's number; `size`: bytes that so many elements take in it.
  GgufBytes& tensor(const std::string& name, std::uint64_t elements, std::uint32_t type, std::uint64_t size) {
    tensors_ += lengthed(name) + bytes(std::uint32_t{1}) + bytes(elements) + bytes(type) + bytes(data_);
    data_ += size;
    ++tensor_count_;
    return *this;
  }
  std::string file() const {
    std::string start = "GGUF" + bytes(std::uint32_t{3}) + bytes(tensor_count_) + bytes(key_count_) + keys_ + tensors_;
    start.resize((start.size() + 31) / 32 * 32, '\0');
    return start + std::string(static_cast<std::size_t>(data_), '\0');
  }

private:
  GgufBytes& add_key(const std::string& key) {
    keys_ += key;
    ++key_count_;
    return *this;
  }
  std::string keys_;
  std::string tensors_;
  std::uint64_t key_count_ = 0;
  std::uint64_t tensor_count_ = 0;
  std::uint64_t data_ = 0;
};

/// A whole safetensors file.
class SafetensorsBytes {
public:
  SafetensorsBytes& tensor(const std::string& name, const std::string& type, const std::vector<std::int64_t>& shape,
                           std::int64_t element_bytes) {
    std::int64_t size = element_bytes;
    std::string extents;
    for (const std::int64_t extent : shape) {
      size *= extent;
      extents += (extents.empty() ? "" : ",") + std::to_string(extent);
    }
    header_ += (header_.empty() ? "" : ",") +
               ("\"" + name + "\":{\"dtype\":\"" + type + "\",\"shape\":[" + extents + "],\"data_offsets\":[" +
                std::to_string(data_) + "," + std::to_string(data_ + size) + "]}");
    data_ += size;
    return *this;
  }
  /// A matrix as MLX quantises it: `rows` * `columns` numbers of `bits`, a scale and a bias for each group.
  SafetensorsBytes& quantised(const std::string& module, std::int64_t rows, std::int64_t columns, std::int64_t bits,
                              std::int64_t group_size) {
    tensor(module + ".weight", "U32", {rows, columns * bits / 32}, 4);
    tensor(module + ".scales", "BF16", {rows, columns / group_size}, 2);
    return tensor(module + ".biases", "BF16", {rows, columns / group_size}, 2);
  }
  std::string file() const {
    const std::string header = "{" + header_ + "}";
    return bytes(std::uint64_t{header.size()}) + header + std::string(static_cast<std::size_t>(data_), '\0');
  }

private:
  std::string header_;
  std::int64_t data_ = 0;
};

}  // namespace sweetspot::fixture
