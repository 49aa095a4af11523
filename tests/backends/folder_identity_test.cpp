#include "backends/folder_identity.hpp"

#include "backends/engine_fixture.hpp"
#include "backends/model.hpp"
#include "core/error.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

using namespace sweetspot;
using namespace sweetspot::test;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

/// A folder that is gone with its scope, with a small model in it.
class FolderOnDisk {
public:
  FolderOnDisk()
      : path_(fs::temp_directory_path() / ("sweetspot-folder-" + std::to_string(reinterpret_cast<std::uintptr_t>(this)))) {
    fs::create_directories(path_);
    write("config.json", config().dump());
    write("tokenizer_config.json", R"({"chat_template": "{{ messages }}"})");
    weights("model.safetensors", {{"model.embed_tokens.weight", 100}, {"model.layers.0.mlp.up_proj.weight", 40}});
  }
  ~FolderOnDisk() { fs::remove_all(path_); }
  FolderOnDisk(const FolderOnDisk&) = delete;
  FolderOnDisk& operator=(const FolderOnDisk&) = delete;

  static json config() { return {{"model_type", "qwen3"}, {"max_position_embeddings", 4096}, {"torch_dtype", "float16"}}; }
  const fs::path& path() const { return path_; }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path_ / name, std::ios::binary) << text; }
  /// `lost`: bytes missing at the end.
  void weights(const std::string& name, const std::map<std::string, std::int64_t>& tensors, std::int64_t lost = 0) const {
    json table = {{"__metadata__", {{"format", "mlx"}}}};
    std::int64_t at = 0;
    for (const auto& [tensor, bytes] : tensors) {
      table[tensor] = {{"dtype", "U8"}, {"shape", {bytes}}, {"data_offsets", {at, at + bytes}}};
      at += bytes;
    }
    const std::string header = table.dump();
    std::string file;
    for (int i = 0; i < 8; ++i) file += static_cast<char>(header.size() >> (8 * i) & 0xFF);
    write(name, file + header + std::string(static_cast<std::size_t>(at - lost), 'x'));
  }

private:
  fs::path path_;
};

std::string refusal(const fs::path& path) {
  try {
    folder_identity(path);
  } catch (const Error& error) {
    return std::string(error.what()) + " | " + error.hint();
  }
  return "";
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

EngineDescriptor of_form(ModelForm form) {
  EngineDescriptor engine;
  engine.name = "toy";
  engine.identity.model_form = form;
  return engine;
}

}  // namespace

TEST_SUITE("backends/folder_identity") {
  TEST_CASE("a model folder tells what a study needs") {
    const FolderOnDisk folder;
    const ModelIdentity model = folder_identity(folder.path());
    CHECK(model.path == folder.path().string());
    CHECK(model.name == folder.path().filename().string());
    CHECK(model.architecture == "qwen3");
    CHECK(model.context_length == 4096);
    CHECK(model.quantisation == "U8");
    CHECK(model.has_chat_template);
    CHECK(model.size_bytes == static_cast<std::int64_t>(fs::file_size(folder.path() / "model.safetensors")));
    CHECK(model.bytes_per_token == 140);  // the embeddings are the output's, too
    CHECK(model.sha256.size() == 32);
    CHECK(folder_identity(folder.path().string() + "/").name == model.name);
    CHECK(model_now(model) == model);
  }

  TEST_CASE("an output of its own leaves one row of the embeddings, experts their share") {
    const FolderOnDisk folder;
    auto config = FolderOnDisk::config();
    config["num_experts"] = 8;
    config["num_experts_per_tok"] = 2;
    folder.write("config.json", config.dump());
    folder.weights("model.safetensors", {{"model.embed_tokens.weight", 100},
                                         {"lm_head.weight", 100},
                                         {"model.layers.0.mlp.switch_mlp.up_proj.weight", 800},
                                         {"model.layers.0.self_attn.q_proj.weight", 10}});
    const ModelIdentity model = folder_identity(folder.path());
    CHECK(model.bytes_per_token == 100 + 10 + 200);
  }

  TEST_CASE("another text in it is another model") {
    const FolderOnDisk folder;
    const auto before = folder_identity(folder.path()).sha256;
    CHECK(folder_identity(folder.path()).sha256 == before);
    folder.write("chat_template.jinja", "{{ bos_token }}");
    CHECK(folder_identity(folder.path()).sha256 != before);
  }

  TEST_CASE("what is no model folder is refused by name, with the way out") {
    const FolderOnDisk folder;
    CHECK(has(refusal("/nonexistent/model"), "there is no folder /nonexistent/model"));
    CHECK(has(refusal("mlx-community/Qwen3-4bit"), "hf download mlx-community/Qwen3-4bit"));
    CHECK(has(refusal(fs::path(SWEETSPOT_SOURCE_DIR) / "tests/models/draft-Q8_0.gguf"), "use llama-server"));
    CHECK(has(refusal(SWEETSPOT_SOURCE_DIR), "no config.json"));
    SUBCASE("no weights") {
      fs::remove(folder.path() / "model.safetensors");
      CHECK(has(refusal(folder.path()), "has no .safetensors file"));
    }
    SUBCASE("a shard that is missing") {
      folder.write("model.safetensors.index.json", R"({"weight_map": {"a": "model.safetensors", "b": "model-2.safetensors"}})");
      CHECK(has(refusal(folder.path()), "model-2.safetensors is not there"));
    }
    SUBCASE("weights that are cut short") {
      folder.weights("model.safetensors", {{"model.embed_tokens.weight", 100}}, 1);
      CHECK(has(refusal(folder.path()), "is cut short: tensor \"model.embed_tokens.weight\" ends 1 bytes after the last"));
    }
    SUBCASE("a file that ends before its header") {
      folder.write("model.safetensors", "abc");
      CHECK(has(refusal(folder.path()), "it has 3 bytes"));
    }
    SUBCASE("a header longer than the file") {
      folder.write("model.safetensors", std::string("\xff\xff\0\0\0\0\0\0", 8) + "{}");
      CHECK(has(refusal(folder.path()), "its header claims 65535 bytes"));
    }
    SUBCASE("a configuration that is no JSON") {
      folder.write("config.json", "{");
      CHECK(has(refusal(folder.path()), "config.json is no JSON object"));
    }
  }

  TEST_CASE("each engine takes its own form of model") {
    const FolderOnDisk folder;
    const std::string gguf = std::string(SWEETSPOT_SOURCE_DIR) + "/tests/models/draft-Q8_0.gguf";
    CHECK(find_model(of_form(ModelForm::folder), folder.path(), "-m").architecture == "qwen3");
    CHECK(find_model(of_form(ModelForm::name), "qwen3:8b", "-m").path == "qwen3:8b");
    CHECK_THROWS_WITH_AS(find_model(of_form(ModelForm::gguf), folder.path(), "-m"),
                         (folder.path().string() + " is a model folder, and toy takes a GGUF file").c_str(), Error);
    CHECK_THROWS_AS(find_model(of_form(ModelForm::folder), gguf, "-m"), Error);
    CHECK(takes(of_form(ModelForm::folder), folder.path()));
    CHECK_FALSE(takes(of_form(ModelForm::folder), gguf));
    CHECK(takes(of_form(ModelForm::gguf), gguf));
    CHECK_FALSE(takes(of_form(ModelForm::gguf), folder.path()));
  }
}
