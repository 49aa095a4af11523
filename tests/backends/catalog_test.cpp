#include "backends/descriptor.hpp"
#include "backends/descriptor_gaps.hpp"
#include "backends/embedded.hpp"
#include "backends/engine_fixture.hpp"
#include "backends/launch_plan.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

using namespace sweetspot;
using namespace sweetspot::test;

namespace {

EngineDescriptor engine_of(const std::string& name) {
  static const std::vector<EngineDescriptor> engines = catalog({});
  return find_engine(engines, name);
}

EngineProbe probe_of(const std::string& name, const std::string& version = "") {
  return probe_from_texts(engine_of(name), version, help_fixture(name));
}

std::string command(const std::string& name, const std::string& key, const LaunchInputs& inputs = {"m", "", 0, {}}) {
  ModelIdentity model;
  model.nextn_predict_layers = 1;
  return launch_command(engine_of(name), probe_of(name), config_from_key(key), model, inputs).shell;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string file_text(const std::string& path) {
  std::ifstream in(std::string(SWEETSPOT_SOURCE_DIR) + "/" + path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

TEST_SUITE("backends/catalog") {
  TEST_CASE("every built-in descriptor is sound, and each has a name of its own") {
    std::set<std::string> names;
    for (const std::string_view text : embedded::engines()) {
      const auto problems = descriptor_problems(std::string(text), "built in");
      CHECK(problems.empty());
      for (const auto& line : problems) MESSAGE(line);
      names.insert(read_descriptor(std::string(text), "built in").name);
    }
    CHECK(names.size() == embedded::engines().size());
    CHECK(names.size() >= 15);
  }

  TEST_CASE("the help texts of other engines have the spellings that their descriptors name") {
    const auto lacking = [](const std::string& name) {
      std::vector<std::string> names;
      for (const ProbedParameter& parameter : probe_of(name).parameters) {
        if (!parameter.spelling) names.push_back(parameter.name);
      }
      return names;
    };
    CHECK(lacking("mlx-vlm").empty());
    CHECK(lacking("vllm-mlx").empty());
    CHECK(lacking("rapid-mlx").empty());
    CHECK(lacking("mtplx") == std::vector<std::string>{"typical_threshold"});  // newer than the help text
    CHECK(probe_of("mlx-vlm").find("prefill_step")->default_value == Value{std::int64_t{2048}});
    CHECK(probe_of("vllm-mlx").find("cache_prompt")->default_value == Value{std::string("on")});
    CHECK(probe_of("rapid-mlx").find("kv_cache_dtype")->words == std::vector<std::string>{"bf16", "int8", "int4"});
    CHECK(probe_of("mtplx").find("paged_kv_quantization")->spelling == "--paged-kv-quantization");
  }

  TEST_CASE("their command lines are what their help asks for") {
    CHECK(command("vllm-mlx", "draft_depth=1") == "vllm-mlx serve m --enable-mtp");
    CHECK(command("vllm-mlx", "cache_prompt=off,optimistic=on,draft_depth=1") ==
          "vllm-mlx serve m --enable-mtp --mtp-optimistic --disable-prefix-cache");
    CHECK(command("rapid-mlx", "draft_depth=2") ==
          R"(rapid-mlx serve m --speculative-config '{"method":"mtp","num_speculative_tokens":2,"disable_auto_k":true}')");
    CHECK(command("rapid-mlx", "spec_decode=off,pflash=off") == "rapid-mlx serve m --no-spec-decode --pflash off");
    CHECK(command("mtplx", "generation_mode=mtp,draft_depth=2") ==
          "mtplx serve --model m --no-stats-footer --generation-mode mtp --depth 2");
    CHECK(command("mlx-vlm", "draft_depth=4", {"m", "d", 0, {}}) ==
          "mlx_vlm.server --model m --draft-block-size 4 --draft-model d");
    CHECK(command("mlx-vlm", "spec_type=eagle3,draft_depth=4", {"m", "d", 0, {}}) ==
          "mlx_vlm.server --model m --draft-kind eagle3 --draft-block-size 4 --draft-model d");
  }

  TEST_CASE("flags that are known to relax correctness cap the verdict, each with its source") {
    const auto trapped = [](const std::string& name, const std::string& parameter) {
      const auto traps = engine_of(name).traps;
      return std::any_of(traps.begin(), traps.end(), [&](const Trap& trap) {
        return !trap.source.empty() && std::any_of(trap.when.begin(), trap.when.end(),
                                                   [&](const Condition& condition) { return condition.parameter == parameter; });
      });
    };
    CHECK(trapped("vllm-mlx", "optimistic"));
    CHECK(trapped("lightning-mlx", "optimistic"));
    CHECK(trapped("rapid-mlx", "pflash"));
    CHECK(trapped("rapid-mlx", "response_cache_entries"));
    CHECK(trapped("mtplx", "typical_threshold"));
    CHECK(trapped("vllm-mlx", "specprefill"));
    for (const std::string_view text : embedded::engines()) {
      const auto engine = read_descriptor(std::string(text), "built in");
      for (const EngineParameter& row : engine.parameters) {
        CAPTURE(engine.name);
        CAPTURE(row.parameter.name);
        if (row.parameter.effect == Effect::unverified) CHECK(trapped(engine.name, row.parameter.name));
      }
    }
  }

  TEST_CASE("what Python engines would send home or fetch is switched off") {
    for (const std::string name : {"mlx-lm", "mlx-vlm", "vllm-mlx", "rapid-mlx", "lightning-mlx", "mtplx", "vllm-metal"}) {
      CAPTURE(name);
      const auto environment = engine_of(name).launch.environment;
      CHECK(environment.at("DO_NOT_TRACK") == "1");
      CHECK(environment.at("HF_HUB_OFFLINE") == "1");
      CHECK(environment.at("HF_HUB_DISABLE_TELEMETRY") == "1");
    }
  }

  TEST_CASE("an engine that is set by its environment gets variables, and so does the printed command") {
    const auto ollama = engine_of("ollama");
    const auto probe = probe_from_texts(ollama, "ollama version is 0.9.6\n", "");
    CHECK(probe.version == "0.9.6");
    const std::string both = "ollama version is 0.9.6\nWarning: client version is 0.12.0\n";  // a daemon runs that is older
    CHECK(probe_from_texts(ollama, both, "").version == "0.12.0");
    REQUIRE(ollama.identity.daemon);
    CHECK(ollama.identity.daemon->port == 11434);
    CHECK(probe.find("kv_type")->spelling == "OLLAMA_KV_CACHE_TYPE");
    const LaunchInputs inputs{"qwen3:8b", "", 0, {}};
    const auto plan = launch_plan(ollama, probe, config_from_key("kv_type=q8_0"), {}, inputs);
    CHECK(plan.environment.at("OLLAMA_KV_CACHE_TYPE") == "q8_0");
    CHECK(plan.environment.at("OLLAMA_HOST") == "127.0.0.1:{port}");
    CHECK(plan.model == "qwen3:8b");
    CHECK(launch_command(ollama, probe, config_from_key("kv_type=q8_0"), {}, inputs).shell ==
          "OLLAMA_KV_CACHE_TYPE=q8_0 ollama serve");
    CHECK(launch_command(ollama, probe, config_from_key("kv_type=f16"), {}, inputs).shell == "ollama serve");
  }

  TEST_CASE("an engine that is only asked where it runs is never launched") {
    for (const std::string name : {"openai", "lm-studio", "omlx", "docker-model-runner"}) {
      CAPTURE(name);
      const auto engine = engine_of(name);
      CHECK_FALSE(can_launch(engine));
      const auto reason = unsupported_reason(engine, {}, {}, {}, {});
      REQUIRE(reason);
      CHECK(has(*reason, "--url"));
    }
  }

  TEST_CASE("the example of the documentation is sound") {
    const auto text = file_text("examples/engines/my-server.json");
    const auto problems = descriptor_problems(text, "my-server.json");
    CHECK(problems.empty());
    for (const auto& line : problems) MESSAGE(line);
  }

  TEST_CASE("what cannot be proved with a descriptor is told") {
    CHECK(descriptor_gaps(engine_of("llama-server")).empty());
    const auto gaps = descriptor_gaps(engine_of("mlx-lm"));
    const auto tells = [&](const std::string& part) {
      return std::any_of(gaps.begin(), gaps.end(), [&](const std::string& gap) { return has(gap, part); });
    };
    CHECK(tells("draft_n"));
    CHECK(tells("re-scored"));
    CHECK(tells("alias_pointer"));
    CHECK(tells("recognised_by"));
    CHECK_FALSE(tells("usage"));
    auto silent = engine_of("llama-server");
    silent.protocol.logprobs_json.clear();
    silent.traps.clear();
    CHECK(descriptor_gaps(silent).size() == 2);  // spec_synth_len has lost its trap
  }
}
