#include "backends/gguf.hpp"

#include "core/error.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

using namespace sweetspot;

namespace {

const std::filesystem::path models = std::filesystem::path(SWEETSPOT_SOURCE_DIR) / "tests/models";

/// A file that is gone with its scope.
class ScratchFile {
public:
  explicit ScratchFile(const std::string& bytes) : path_(std::filesystem::temp_directory_path() / unique_name()) {
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  ~ScratchFile() { std::filesystem::remove(path_); }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  const std::filesystem::path& path() const { return path_; }

private:
  std::string unique_name() const { return "sweetspot-gguf-" + std::to_string(reinterpret_cast<std::uintptr_t>(this)) + ".gguf"; }
  std::filesystem::path path_;
};

template <typename Number>
std::string bytes(Number value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

std::string lengthed(const std::string& text) { return bytes(std::uint64_t{text.size()}) + text; }

std::string header(std::uint64_t tensors, std::uint64_t keys) {
  return "GGUF" + bytes(std::uint32_t{3}) + bytes(tensors) + bytes(keys);
}

std::string text_key(const std::string& key, const std::string& value) {
  return lengthed(key) + bytes(std::uint32_t{8}) + lengthed(value);
}

std::string number_key(const std::string& key, std::uint32_t value) {
  return lengthed(key) + bytes(std::uint32_t{4}) + bytes(value);
}

/// Of 32-bit floats, at the start of the data.
std::string tensor_of(const std::string& name, std::uint64_t elements) {
  return lengthed(name) + bytes(std::uint32_t{1}) + bytes(elements) + bytes(std::uint32_t{0}) + bytes(std::uint64_t{0});
}

std::string read_all(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// What reading says; empty when it works.
std::string complaint(const std::string& content) {
  const ScratchFile file(content);
  try {
    read_gguf(file.path());
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_SUITE("backends/gguf") {
  TEST_CASE("a real file tells what it is") {
    const auto model = read_gguf(models / "draft-Q8_0.gguf");
    CHECK(model.name == "tiny-draft");
    CHECK(model.quantisation == "Q8_0");
    CHECK(model.architecture == "qwen3");
    CHECK(model.context_length == 4096);
    CHECK(model.nextn_predict_layers == 0);
    CHECK(model.has_chat_template);
    CHECK(model.size_bytes == 3128992);
    CHECK(model.bytes_per_token > 2'000'000);
    CHECK(model.bytes_per_token < model.size_bytes);
    CHECK(model.sha256.size() == 32);
    CHECK(model.sha256 != read_gguf(models / "draft-weak-Q8_0.gguf").sha256);
  }

  TEST_CASE("the number of draft layers is that of the architecture named") {
    const ScratchFile file(header(0, 3) + text_key("general.architecture", "glm4moe") +
                           number_key("glm4moe.nextn_predict_layers", 1) + number_key("general.file_type", 15));
    const auto model = read_gguf(file.path());
    CHECK(model.nextn_predict_layers == 1);
    CHECK(model.quantisation == "Q4_K_M");
    CHECK(model.name == file.path().stem().string());
    CHECK_FALSE(model.has_chat_template);
  }

  TEST_CASE("a token reads all weights but other rows, other experts and the draft head") {
    const std::string keys = text_key("general.architecture", "moe") + number_key("moe.block_count", 2) +
                             number_key("moe.nextn_predict_layers", 1) + number_key("moe.expert_count", 8) +
                             number_key("moe.expert_used_count", 2);
    const std::string inner = tensor_of("blk.0.attn_q.weight", 10) + tensor_of("blk.0.ffn_up_exps.weight", 80) +
                              tensor_of("blk.1.nextn.weight", 1000) + tensor_of("token_embd.weight", 100);
    const std::string data(8192, '\0');
    const ScratchFile tied(header(4, 5) + keys + inner + data);
    CHECK(read_gguf(tied.path()).bytes_per_token == 4 * (10 + 20 + 100));
    const ScratchFile with_output(header(5, 5) + keys + inner + tensor_of("output.weight", 30) + data);
    CHECK(read_gguf(with_output.path()).bytes_per_token == 4 * (10 + 20 + 30));
  }

  TEST_CASE("a file that ends early is cut short, wherever it ends") {
    const std::string whole = read_all(models / "draft-weak-Q8_0.gguf");
    CHECK(complaint(whole) == "");
    for (const std::size_t length :
         {std::size_t{5}, std::size_t{20}, std::size_t{100}, std::size_t{50'000}, whole.size() / 2, whole.size() - 1}) {
      CAPTURE(length);
      CHECK(has(complaint(whole.substr(0, length)), "is cut short"));
    }
  }

  TEST_CASE("other files are named for what they seem to be") {
    CHECK(has(complaint(""), "fewer than 4 bytes"));
    CHECK(has(complaint("PK\x03\x04xxxx"), "zip"));
    CHECK(has(complaint("<!DOCTYPE html>"), "web page"));
    CHECK(has(complaint("version https://git-lfs.github.com/spec/v1\n"), "Git LFS"));
    CHECK(has(complaint("GGUF" + bytes(std::uint32_t{1}) + std::string(32, '\0')), "version 1"));
    CHECK(has(complaint("GGUF" + bytes(std::uint32_t{0x03000000}) + std::string(32, '\0')), "big-endian"));
  }

  TEST_CASE("claims beyond the file do not cost memory or time") {
    constexpr std::uint64_t huge = ~std::uint64_t{0};
    const std::string padding(256, '\0');
    CHECK(complaint(header(huge, 0) + padding) != "");
    CHECK(complaint(header(0, huge) + padding) != "");
    CHECK(complaint(header(0, 1) + bytes(huge) + padding) != "");
    CHECK(complaint(header(0, 1) + lengthed("k") + bytes(std::uint32_t{99}) + padding) != "");
    const std::string array = header(0, 1) + lengthed("k") + bytes(std::uint32_t{9});
    CHECK(complaint(array + bytes(std::uint32_t{10}) + bytes(huge) + padding) != "");
    CHECK(complaint(array + bytes(std::uint32_t{8}) + bytes(std::uint64_t{3}) + bytes(huge) + padding) != "");
    std::string nested = array;
    for (int i = 0; i < 100; ++i) nested += bytes(std::uint32_t{9}) + bytes(std::uint64_t{1});
    CHECK(complaint(nested + padding) != "");
    const std::string tensor = header(1, 0) + lengthed("t");
    CHECK(complaint(tensor + bytes(std::uint32_t{2}) + bytes(huge) + bytes(huge) + padding) != "");
    CHECK(complaint(tensor + bytes(std::uint32_t{1}) + bytes(std::uint64_t{1}) + bytes(std::uint32_t{0}) + bytes(huge) +
                    padding) != "");
    CHECK(complaint(tensor + bytes(huge) + padding) != "");
  }

  TEST_CASE("no file, and a folder, are said so") {
    CHECK_THROWS_WITH_AS(read_gguf("/nonexistent/x.gguf"), "there is no file /nonexistent/x.gguf", Error);
    CHECK_THROWS_AS(read_gguf(models), Error);
  }
}
