#include "backends/installed.hpp"

#include "core/error.hpp"
#include "support/gguf_bytes.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>

using namespace sweetspot;
using fixture::ScratchFolder;

namespace {

/// "NAME from SOURCE", sorted.
std::vector<std::string> names(const InstalledModels& installed) {
  std::vector<std::string> all;
  all.reserve(installed.models.size());
  for (const InstalledModel& model : installed.models) all.push_back(model.name + " from " + model.source);
  std::ranges::sort(all);
  return all;
}

Surroundings home_of(const ScratchFolder& folder) { return {folder.path(), {}, {}, {}}; }

constexpr auto manifest = R"({"layers": [{"mediaType": "application/vnd.ollama.image.template", "digest": "sha256:11"},
  {"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:22", "size": 3}]})";

}  // namespace

TEST_SUITE("backends/installed") {
  TEST_CASE("models are found in every store, under names that people use") {
    const ScratchFolder home;
    const std::string hub = ".cache/huggingface/hub/";
    home.write(hub + "models--org--one-GGUF/snapshots/abc/one-Q4_K_M.gguf", "x");
    home.write(hub + "models--org--one-GGUF/snapshots/abc/mmproj-one.gguf", "x");
    home.write(hub + "models--org--two-GGUF/snapshots/abc/two-Q4.gguf", "x");
    home.write(hub + "models--org--two-GGUF/snapshots/abc/BF16/two-00001-of-00002.gguf", "x");
    home.write(hub + "models--org--two-GGUF/snapshots/abc/BF16/two-00002-of-00002.gguf", "x");
    home.write(hub + "models--org--two-GGUF/snapshots/abc/two-Q8.gguf", "x");
    home.write(hub + "models--mlx--three-4bit/refs/main", "new");
    home.write(hub + "models--mlx--three-4bit/snapshots/new/config.json", "{}");
    home.write(hub + "models--mlx--three-4bit/snapshots/new/model.safetensors", "12345");
    home.write(hub + "models--mlx--three-4bit/snapshots/zzz/config.json", "{}");
    home.write(hub + "datasets--org--data/snapshots/abc/data.gguf", "x");
    home.write(".cache/llama.cpp/four.gguf", "x");
    home.write(".lmstudio/models/publisher/five/five-Q4.gguf", "x");
    home.write(".ollama/models/manifests/registry.ollama.ai/library/six/7b", manifest);
    home.write(".ollama/models/manifests/registry.ollama.ai/library/gone/7b",
               R"({"layers": [{"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:33"}]})");
    home.write(".ollama/models/manifests/registry.ollama.ai/library/broken/7b", "[");
    home.write(".ollama/models/blobs/sha256-22", "xyz");
    const auto installed = installed_models(home_of(home));
    CHECK(installed.complete);
    CHECK(names(installed) == std::vector<std::string>{"four from llama.cpp", "mlx/three-4bit from Hugging Face",
                                                       "org/one-GGUF from Hugging Face", "org/two-GGUF/BF16 from Hugging Face",
                                                       "org/two-GGUF/two-Q4 from Hugging Face",
                                                       "org/two-GGUF/two-Q8 from Hugging Face", "publisher/five from LM Studio",
                                                       "six:7b from Ollama"});
    const auto folder = find_installed(installed.models, "mlx/three-4bit");
    REQUIRE(folder);
    CHECK(folder->format == "safetensors");
    CHECK(folder->size_bytes == 5);
    CHECK(folder->path.filename() == "new");
    CHECK(find_installed(installed.models, "six:7b")->path.filename() == "sha256-22");
  }

  TEST_CASE("variables say where else the stores are") {
    const ScratchFolder home;
    home.write("hub/models--a--b/snapshots/1/b.gguf", "x");
    home.write("elsewhere/c.gguf", "x");
    home.write("ollama/manifests/r/library/d/latest", manifest);
    home.write("ollama/blobs/sha256-22", "x");
    Surroundings around = home_of(home);
    around.variables = {{"HF_HOME", home.path().string()},
                        {"LLAMA_CACHE", (home.path() / "elsewhere").string()},
                        {"OLLAMA_MODELS", (home.path() / "ollama").string()}};
    CHECK(names(installed_models(around)) ==
          std::vector<std::string>{"a/b from Hugging Face", "c from llama.cpp", "d:latest from Ollama"});
    CHECK(installed_models(Surroundings{}).models.empty());
  }

  TEST_CASE("a name may be its last part, unless that means several") {
    const std::vector<InstalledModel> models{{"org/Qwen3-8B", "x", "/a", "gguf", 1, 0},
                                             {"other/qwen3-8b", "x", "/b", "gguf", 1, 0},
                                             {"org/gemma", "x", "/c", "gguf", 1, 0}};
    CHECK(find_installed(models, "gemma")->path == "/c");
    CHECK(find_installed(models, "ORG/qwen3-8b")->path == "/a");
    CHECK_FALSE(find_installed(models, "gem"));
    CHECK_THROWS_WITH_AS(find_installed(models, "qwen3-8b"), "\"qwen3-8b\" may be 2 models that were found here", Error);
  }

  TEST_CASE("no more than a thousand models are listed") {
    const ScratchFolder home;
    for (int i = 0; i < 1005; ++i) home.write(".cache/llama.cpp/" + std::to_string(i) + ".gguf", "x");
    const auto installed = installed_models(home_of(home));
    CHECK(installed.models.size() == 1000);
    CHECK_FALSE(installed.complete);
  }

  TEST_CASE("programs are looked for behind PATH where they are installed, too") {
    const ScratchFolder home;
    home.write("brew/bin/x", "");
    home.write(".local/bin/x", "");
    home.write(".local/pipx/venvs/mlx-lm/bin/x", "");
    home.write(".local/share/uv/tools/mtplx/bin/x", "");
    home.write("Applications/Ollama.app/Contents/Resources/ollama", "");
    Surroundings around = home_of(home);
    around.program_folders = {home.path() / "brew/bin", home.path() / "not/there"};
    around.application_folders = {home.path() / "Applications"};
    const std::string root = home.path().string();
    CHECK(program_search_path(around, "/usr/bin") ==
          "/usr/bin:" + root + "/brew/bin:" + root + "/.local/bin:" + root + "/.local/pipx/venvs/mlx-lm/bin:" + root +
              "/.local/share/uv/tools/mtplx/bin:" + root + "/Applications/Ollama.app/Contents/Resources");
    CHECK(program_search_path(Surroundings{}, "") == "");
  }
}
