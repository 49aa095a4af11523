#include "backends/inspect.hpp"

#include "core/error.hpp"
#include "support/gguf_bytes.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>

using namespace sweetspot;
using namespace sweetspot::fixture;

namespace {

const std::filesystem::path models = std::filesystem::path(SWEETSPOT_SOURCE_DIR) / "tests/models";

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// The text of the finding with this code; empty when there is none.
std::string finding(const ModelInspection& model, const std::string& code) {
  const auto found = std::ranges::find(model.findings, code, &Finding::code);
  return found == model.findings.end() ? "" : found->text;
}

/// What inspecting says; empty when it works.
std::string complaint(const std::filesystem::path& path) {
  try {
    inspect_model(path);
  } catch (const Error& error) {
    return std::string(error.what()) + " | " + error.hint();
  }
  return "";
}

GgufBytes small_gguf() {
  GgufBytes file;
  file.text("general.architecture", "qwen3").number("qwen3.block_count", 2).number("qwen3.embedding_length", 64);
  file.number("qwen3.attention.head_count", 4).number("qwen3.attention.head_count_kv", 2).number("qwen3.context_length", 1024);
  return file;
}

constexpr auto small_config = R"({"model_type": "qwen3", "architectures": ["Qwen3ForCausalLM"], "hidden_size": 512,
  "num_hidden_layers": 1, "num_attention_heads": 8, "num_key_value_heads": 2, "head_dim": 64,
  "max_position_embeddings": 4096, "quantization": {"bits": 4, "group_size": 64}})";

/// A model of one layer, quantised as asked.
SafetensorsBytes small_weights(std::int64_t bits, std::int64_t group_size) {
  SafetensorsBytes file;
  file.tensor("model.layers.0.input_layernorm.weight", "BF16", {512}, 2);
  file.quantised("model.layers.0.self_attn.q_proj", 512, 512, bits, group_size);
  file.quantised("model.layers.0.self_attn.o_proj", 512, 512, bits, group_size);
  file.quantised("model.layers.0.mlp.up_proj", 1024, 512, bits, group_size);
  file.quantised("model.layers.0.mlp.down_proj", 512, 1024, bits, group_size);
  file.quantised("model.embed_tokens", 64, 512, bits, group_size);
  return file;
}

void write_small(const ScratchFolder& folder, const std::string& weights, const std::string& config = small_config) {
  folder.write("config.json", config);
  folder.write("tokenizer.json", "{}");
  folder.write("chat_template.jinja", "{% if tools %}{{ tools }}{% endif %}");
  folder.write("model.safetensors", weights);
}

}  // namespace

TEST_SUITE("backends/inspect") {
  TEST_CASE("a real GGUF file tells what it is") {
    const auto model = inspect_model(models / "draft-Q8_0.gguf");
    CHECK(model.format == "gguf");
    CHECK(model.architecture == "qwen3");
    CHECK(model.parameters == 2754048);
    CHECK(model.bits_per_weight == doctest::Approx(8.5).epsilon(0.02));
    REQUIRE(!model.quantisation.empty());
    CHECK(model.quantisation.front().type == "Q8_0");
    CHECK(share_of(model.quantisation.front(), model) > 0.99);
    CHECK(text(model.claimed.at("file_type")) == "Q8_0");
    CHECK(model.chat_template.tools);
    CHECK(model.memory.cache == std::vector<CacheGroup>{{2, 2, 64, 64, 0}});
    CHECK(model.findings.empty());
  }

  TEST_CASE("a file that is mostly of another type than it calls itself is found out") {
    auto file = small_gguf();
    file.number("general.file_type", 15);
    file.tensor("blk.0.ffn_up.weight", 256, 12, 144).tensor("blk.1.ffn_up.weight", 1024, 6, 704);
    file.tensor("token_embd.weight", 4096, 12, 2304);
    const ScratchFolder folder;
    const auto model = inspect_model(folder.write("x.gguf", file.file()));
    CHECK(has(finding(model, "quantisation_differs"),
              "calls itself Q4_K_M, and only 20 % of its layers' weights are Q4_K (Q5_0 80 %, Q4_K 20 %)"));
    CHECK(finding(model, "no_chat_template") != "");
    file.tensor("blk.1.ffn_down.weight", 2048, 12, 1152);
    CHECK(finding(inspect_model(folder.write("y.gguf", file.file())), "quantisation_differs") == "");
  }

  TEST_CASE("draft heads that are only declared, or only there, are found out") {
    const ScratchFolder folder;
    auto declared = small_gguf();
    declared.number("qwen3.nextn_predict_layers", 1).tensor("blk.0.attn_q.weight", 32, 0, 128);
    const auto missing = inspect_model(folder.write("declared.gguf", declared.file()));
    CHECK(missing.draft_heads == ModelInspection::DraftHeads{1, 0});
    CHECK(has(finding(missing, "draft_head_missing"), "declares 1 draft layer"));
    auto undeclared = small_gguf();
    undeclared.tensor("blk.1.nextn.eh_proj.weight", 32, 0, 128);
    CHECK(finding(inspect_model(folder.write("there.gguf", undeclared.file())), "draft_head_undeclared") != "");
    declared.tensor("blk.1.nextn.eh_proj.weight", 32, 0, 128);
    const auto sound = inspect_model(folder.write("sound.gguf", declared.file()));
    CHECK(sound.draft_heads == ModelInspection::DraftHeads{1, 1});
    CHECK(finding(sound, "draft_head_missing") == "");
  }

  TEST_CASE("a split file is read as one, and a part that is not there is named") {
    const ScratchFolder folder;
    auto first = small_gguf();
    first.number("split.count", 2).number("split.no", 0).tensor("blk.0.attn_q.weight", 32, 0, 128);
    GgufBytes second;
    second.number("split.count", 2).number("split.no", 1).tensor("blk.1.attn_q.weight", 64, 0, 256);
    const auto path = folder.write("m-00001-of-00002.gguf", first.file());
    CHECK(has(complaint(path), "has 2 parts, and " + (folder.path() / "m-00002-of-00002.gguf").string() + " is not there"));
    const auto other = folder.write("m-00002-of-00002.gguf", second.file());
    const auto model = inspect_model(path);
    CHECK(model.parameters == 96);
    CHECK(model.size_bytes == static_cast<std::int64_t>(first.file().size() + second.file().size()));
    CHECK(has(complaint(other), "is part 2 of 2 | name the first: " + path.string()));
    CHECK(has(complaint(folder.write("renamed.gguf", first.file())), "not named like one"));
  }

  TEST_CASE("windows, layers without a cache and latent attention shape the memory") {
    const ScratchFolder folder;
    auto windows = small_gguf();
    windows.number("qwen3.attention.sliding_window", 512).numbers("qwen3.attention.sliding_window_pattern", {1, 0});
    CHECK(inspect_model(folder.write("w.gguf", windows.file())).memory.cache ==
          std::vector<CacheGroup>{{1, 2, 16, 16, 512}, {1, 2, 16, 16, 0}});
    GgufBytes hybrid;
    hybrid.text("general.architecture", "h").number("h.block_count", 3).number("h.embedding_length", 64);
    hybrid.number("h.attention.head_count", 4).numbers("h.attention.head_count_kv", {0, 0, 2});
    hybrid.number("h.ssm.inner_size", 8).number("h.ssm.state_size", 4).number("h.ssm.conv_kernel", 3);
    const auto memory = inspect_model(folder.write("h.gguf", hybrid.file())).memory;
    CHECK(memory.cache == std::vector<CacheGroup>{{1, 2, 16, 16, 0}});
    CHECK(memory.state_bytes == 2 * (2 * 8 + 4 * 8) * 4);
    GgufBytes latent;
    latent.text("general.architecture", "d").number("d.block_count", 2).number("d.embedding_length", 64);
    latent.number("d.attention.head_count", 4).number("d.attention.head_count_kv", 1);
    latent.number("d.attention.key_length", 576)
        .number("d.attention.value_length", 512)
        .number("d.attention.key_length_mla", 192);
    CHECK(inspect_model(folder.write("d.gguf", latent.file())).memory.cache == std::vector<CacheGroup>{{2, 1, 576, 0, 0}});
  }

  TEST_CASE("an MLX folder tells bits and groups from its shapes") {
    const ScratchFolder folder;
    write_small(folder, small_weights(4, 64).file());
    const auto model = inspect_model(folder.path());
    CHECK(model.format == "safetensors");
    CHECK(model.architecture == "qwen3");
    CHECK(model.parameters == 512 + 512 * 512 * 2 + 1024 * 512 * 2 + 64 * 512);
    CHECK(model.quantisation.front().type == "4 bits, group 64");
    CHECK(model.quantisation.front().tensors == 5);
    CHECK(model.bits_per_weight == doctest::Approx(4.5).epsilon(0.01));
    CHECK(model.memory.cache == std::vector<CacheGroup>{{1, 2, 64, 64, 0}});
    CHECK(model.chat_template == ModelInspection::ChatTemplate{true, true});
    CHECK(model.findings.empty());
  }

  TEST_CASE("a bundle that claims groups of 64 and holds 32 is found out, also where words per group alone cannot tell") {
    const ScratchFolder folder;
    write_small(folder, small_weights(4, 32).file());
    CHECK(has(finding(inspect_model(folder.path()), "layout_differs"),
              "claims 4 bits, group 64, and 5 of its 5 quantised matrices hold 4 bits, group 32 (the first: model."));
    // 8 bits in groups of 32 have as many words per group as 4 bits in groups of 64.
    write_small(folder, small_weights(8, 32).file());
    const auto model = inspect_model(folder.path());
    CHECK(has(finding(model, "layout_differs"), "hold 8 bits, group 32"));
    CHECK(model.bits_per_weight == doctest::Approx(9).epsilon(0.01));
  }

  TEST_CASE("a module's own claim counts for it") {
    const ScratchFolder folder;
    auto file = small_weights(4, 64);
    file.quantised("lm_head", 64, 512, 8, 64);
    std::string config = small_config;
    write_small(folder, file.file(), config);
    CHECK(has(finding(inspect_model(folder.path()), "layout_differs"), "1 of its 6"));
    config.replace(config.find("\"group_size\": 64}"), 17, R"("group_size": 64, "lm_head": {"bits": 8, "group_size": 64}})");
    write_small(folder, file.file(), config);
    CHECK(finding(inspect_model(folder.path()), "layout_differs") == "");
  }

  TEST_CASE("quantisation that is not declared, and a declared one that is not there") {
    const ScratchFolder folder;
    write_small(folder, small_weights(4, 64).file(), R"({"model_type": "qwen3", "hidden_size": 512})");
    CHECK(has(finding(inspect_model(folder.path()), "quantisation_undeclared"), "5 matrices"));
    write_small(folder, SafetensorsBytes{}.tensor("model.embed_tokens.weight", "F16", {64, 512}, 2).file());
    CHECK(finding(inspect_model(folder.path()), "not_quantised") != "");
    write_small(folder, small_weights(4, 64).file(), R"({"quantization_config": {"quant_method": "awq", "bits": 4}})");
    CHECK(has(finding(inspect_model(folder.path()), "quantised_by_other"), "awq"));
  }

  TEST_CASE("a draft head in a file of its own is seen, and so is the runtime that it was made for") {
    const ScratchFolder folder;
    std::string config = small_config;
    config.insert(1,
                  R"("mtp_num_hidden_layers": 1, "mtplx_mtp_quantization": {"policy": "forged", "bits": 4, "group_size": 64},)");
    write_small(folder, small_weights(4, 64).file(), config);
    CHECK(finding(inspect_model(folder.path()), "draft_head_missing") != "");
    folder.write("mtp.safetensors", SafetensorsBytes{}.quantised("mtp.layers.0.self_attn.q_proj", 512, 512, 4, 32).file());
    folder.write("mtplx_runtime.json", R"({"mtplx_version": "2.12.0", "arch_id": "qwen3-next-mtp"})");
    const auto model = inspect_model(folder.path());
    CHECK(model.draft_heads == ModelInspection::DraftHeads{1, 1});
    CHECK(has(finding(model, "draft_head_beside"), "mtp.safetensors"));
    CHECK(has(finding(model, "layout_differs"), "(the first: mtp.layers.0.self_attn.q_proj)"));
    REQUIRE(model.runtime);
    CHECK(*model.runtime == WantedRuntime{"mtplx", "2.12.0", "forged"});
  }

  TEST_CASE("a token reads its experts' share, one embedding row and no draft head") {
    const ScratchFolder folder;
    SafetensorsBytes file;
    file.tensor("model.embed_tokens.weight", "F16", {100, 8}, 2).tensor("lm_head.weight", "F16", {100, 8}, 2);
    file.tensor("model.layers.0.mlp.switch_mlp.up_proj.weight", "F16", {8, 16, 8}, 2);
    file.tensor("model.layers.1.mtp_block.weight", "F16", {8, 8}, 2).tensor("vision_tower.patch.weight", "F16", {8, 8}, 2);
    write_small(folder, file.file(),
                R"({"model_type": "m", "num_hidden_layers": 1, "num_experts": 8, "num_experts_per_tok": 2})");
    CHECK(inspect_model(folder.path()).bytes_per_token == 1600 + 2 * 8 * 16 * 8 / 4);
  }

  TEST_CASE("parts that are not there are named, by the index or by their company") {
    const ScratchFolder folder;
    folder.write("config.json", small_config);
    const std::string weights = SafetensorsBytes{}.tensor("a.weight", "F16", {8, 8}, 2).file();
    folder.write("model-00001-of-00002.safetensors", weights);
    CHECK(has(complaint(folder.path()), "model-00002-of-00002.safetensors is not there"));
    folder.write(
        "model.safetensors.index.json",
        R"({"weight_map": {"a.weight": "model-00001-of-00002.safetensors", "b.weight": "model-00002-of-00002.safetensors"}})");
    CHECK(has(complaint(folder.path()), "model-00002-of-00002.safetensors is not there: model.safetensors.index.json names it"));
    folder.write("model-00002-of-00002.safetensors", weights);
    CHECK(has(finding(inspect_model(folder.path()), "tensors_missing"), "(the first: b.weight)"));
    folder.write("model.safetensors.index.json", R"({"weight_map": {"a": "../../etc/passwd"}})");
    CHECK(has(complaint(folder.path()), "names a file outside the folder"));
    folder.write("model.safetensors.index.json", "[]");
    CHECK(has(complaint(folder.path()), "no JSON object with a weight_map"));
  }

  TEST_CASE("broken safetensors files are said so") {
    const ScratchFolder folder;
    const std::string whole = small_weights(4, 64).file();
    const auto of = [&](const std::string& weights) {
      write_small(folder, weights);
      return complaint(folder.path());
    };
    CHECK(of(whole) == "");
    CHECK(has(of(whole.substr(0, whole.size() - 1)), "is cut short"));
    CHECK(has(of(whole.substr(0, 100)), "is cut short: its header claims"));
    CHECK(has(of("abc"), "is cut short"));
    CHECK(has(of(bytes(std::uint64_t{1} << 40) + "{}"), "at most 100000000 are allowed"));
    CHECK(has(of(bytes(std::uint64_t{4096}) + "{}"), "header claims 4096 bytes and the file has 10"));
    CHECK(has(of(bytes(std::uint64_t{2}) + "[]"), "no JSON object"));
    CHECK(has(of("GGUF1234"), "but a GGUF file"));
    CHECK(has(of("version https://git-lfs"), "Git LFS pointer"));
    const auto tensor = [&](const std::string& json) {
      const std::string header = "{\"t\":" + json + "}";
      return of(bytes(std::uint64_t{header.size()}) + header + std::string(64, '\0'));
    };
    CHECK(tensor(R"({"dtype":"F16","shape":[4],"data_offsets":[0,8]})") == "");
    CHECK(has(tensor(R"({"dtype":"F16","shape":[4],"data_offsets":[0,16]})"), "its shape needs 8"));
    CHECK(has(tensor(R"({"dtype":"F16","shape":[4],"data_offsets":[8,0]})"), "ends before it begins"));
    CHECK(has(tensor(R"({"dtype":"F16","shape":[-4],"data_offsets":[0,8]})"), "no sound shape"));
    CHECK(has(tensor(R"({"dtype":"F16","shape":[281474976710656,281474976710656],"data_offsets":[0,8]})"),
              "larger than any model"));
    CHECK(has(tensor(R"({"dtype":"F16"})"), "lacks type, shape or place"));
    CHECK(has(tensor("7"), "lacks type, shape or place"));
  }

  TEST_CASE("what is no model is said so, with the way out") {
    const ScratchFolder folder;
    CHECK(has(complaint(folder.path() / "nothing"), "there is no file or folder"));
    CHECK(has(complaint(folder.path()), "has no config.json"));
    folder.write("x.gguf", "");
    CHECK(has(complaint(folder.path()), "name the GGUF file in it"));
    folder.write("config.json", "no JSON");
    CHECK(has(complaint(folder.path()), "is no JSON object"));
    folder.write("config.json", "{}");
    CHECK(has(complaint(folder.path()), "has no .safetensors file"));
    CHECK(has(complaint(folder.write("model.safetensors", "x")), "name its folder"));
  }

  TEST_CASE("a repository of the Hugging Face cache means its snapshot") {
    const ScratchFolder folder;
    const std::string snapshot = "models--a--b/snapshots/123/";
    folder.write(snapshot + "config.json", small_config);
    folder.write(snapshot + "model.safetensors", small_weights(4, 64).file());
    CHECK(has(complaint(folder.path() / "models--a--b"), "without a finished snapshot"));
    folder.write("models--a--b/refs/main", "123");
    CHECK(inspect_model(folder.path() / "models--a--b").parameters > 0);
  }

  TEST_CASE("the public model pair, where it is") {
    const char* folder = std::getenv("SWEETSPOT_TEST_MODELS");
    if (folder == nullptr) {
      MESSAGE("not run: SWEETSPOT_TEST_MODELS does not name the folder with target/ and target-mtp-Q8_0.gguf");
      return;
    }
    const auto whole = inspect_model(std::filesystem::path(folder) / "target");
    const auto file = inspect_model(std::filesystem::path(folder) / "target-F16.gguf");
    CHECK(whole.parameters == file.parameters);
    CHECK(whole.memory.cache == file.memory.cache);
    CHECK(whole.findings.empty());
    const auto heads = inspect_model(std::filesystem::path(folder) / "target-mtp-Q8_0.gguf");
    CHECK(heads.draft_heads == ModelInspection::DraftHeads{1, 1});
    CHECK(heads.findings.empty());
  }
}
