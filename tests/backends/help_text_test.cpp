#include "backends/engine_fixture.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

using namespace sweetspot;
using namespace sweetspot::test;

namespace {

std::string spelling(const EngineProbe& probe, const std::string& parameter) {
  const ProbedParameter* found = probe.find(parameter);
  return found != nullptr && found->spelling ? *found->spelling : "";
}

using Words = std::vector<std::string>;

}  // namespace

TEST_SUITE("backends/help_text") {
  TEST_CASE("an option has all its spellings, its hint and its description in one line") {
    const auto help = parse_help(llama_server(), help_fixture("new"));
    const HelpOption* option = help.find("--threads-batch");
    REQUIRE(option != nullptr);
    CHECK(option->spellings == Words{"-tb", "--threads-batch"});
    CHECK(option->hint == "N");
    CHECK(option->description == "number of threads to use during batch and prompt processing (default: same as --threads)");
  }

  TEST_CASE("an option whose spellings fill the line has its description below") {
    const auto help = parse_help(llama_server(), help_fixture("new"));
    const HelpOption* option = help.find("-nkvo");
    REQUIRE(option != nullptr);
    CHECK(option->spellings == Words{"-kvo", "--kv-offload", "-nkvo", "--no-kv-offload"});
    CHECK(option->hint.empty());
    CHECK(option->description == "whether to enable KV cache offloading (default: enabled)");
  }

  TEST_CASE("a stub that says that it was removed is no option") {
    const auto help = parse_help(llama_server(), help_fixture("new"));
    CHECK(help.find("--draft-max") == nullptr);
    CHECK(parse_help(llama_server(), help_fixture("middle")).find("--draft-max") != nullptr);
    const auto probe = probed("new");
    CHECK(probe.find("draft_min")->spelling == "--spec-draft-n-min");
  }

  TEST_CASE("the words of an option come from its hint, its allowed values, or its list") {
    const auto help = parse_help(llama_server(), help_fixture("new"));
    const auto words = [&](const char* flag) { return HelpTable::words(*help.find(flag)); };
    CHECK(words("--flash-attn") == Words{"on", "off", "auto"});
    CHECK(words("--spec-type") ==
          Words{"none", "draft-simple", "draft-mtp", "ngram-simple", "ngram-map-k", "ngram-mod", "ngram-cache"});
    CHECK(words("--cache-type-k") == Words{"f32", "f16", "bf16", "q8_0", "q4_0", "q4_1", "iq4_nl", "q5_0", "q5_1"});
    CHECK(words("--load-mode") == Words{"auto", "none", "mmap", "mmap+mlock", "dio"});
    CHECK(words("--reasoning-format") == Words{"none", "deepseek", "auto"});
    CHECK(words("--poll").empty());
    CHECK(words("--tensor-split").empty());
    CHECK(words("--device").empty());
    CHECK(words("--threads").empty());
  }

  TEST_CASE("the default is what stands after the word, without quotes and remarks") {
    const auto help = parse_help(llama_server(), help_fixture("new"));
    const auto unasked = [&](const char* flag) { return HelpTable::default_text(*help.find(flag)).value_or(""); };
    CHECK(unasked("--flash-attn") == "auto");
    CHECK(unasked("--poll") == "50");
    CHECK(unasked("--parallel") == "-1");
    CHECK(unasked("--threads") == "<num_cpus>");
    CHECK(unasked("--reasoning") == "auto");
    CHECK(unasked("--cpu-moe").empty());
  }

  TEST_CASE("hostile help texts are read without harm") {
    CHECK(parse_help(llama_server(), "").options.empty());
    CHECK(parse_help(llama_server(), "-\n--\n---\n -x\n,,,\n").options.empty());
    CHECK(parse_help(llama_server(), std::string(1 << 20, '-')).options.empty());
    CHECK(HelpTable::words(HelpOption{{"-x"}, "[", "", false}).empty());
    CHECK(HelpTable::words(HelpOption{{"-x"}, "[|]", "default:", false}).empty());
  }

  TEST_CASE("indented options of argparse are read in their own style") {
    auto engine = llama_server();
    engine.identity.help_style = "argparse";
    const auto help = parse_help(engine,
                                 "usage: x [-h]\n\noptions:\n  -m MODEL, --model MODEL  the model\n  --depth DEPTH\n"
                                 "                        most drafted tokens (default: 3)\n");
    REQUIRE(help.find("--model") != nullptr);
    CHECK(help.find("--model")->spellings == Words{"-m", "--model"});
    CHECK(help.find("--model")->hint == "MODEL");
    REQUIRE(help.find("--depth") != nullptr);
    CHECK(help.find("--depth")->description == "most drafted tokens (default: 3)");
  }
}

TEST_SUITE("backends/probe") {
  TEST_CASE("the version is found in old and new texts, behind noise") {
    CHECK(probed("old").version == "b5882");
    CHECK(probed("middle").version == "b8064");
    CHECK(probed("new").version == "b11669");
    CHECK(probe_from_texts(llama_server(), "nothing here", "").version == "unknown");
  }

  TEST_CASE("each build gets the newest spelling that it has") {
    const std::map<std::string, std::vector<std::string>> expected{
        // parameter -> old, middle, new
        {"draft_depth", {"--draft-max", "--draft-max", "--spec-draft-n-max"}},
        {"spec_type", {"", "--spec-type", "--spec-type"}},
        {"draft_p_min", {"--draft-p-min", "", "--spec-draft-p-min"}},
        {"draft_kv_type_k", {"--cache-type-k-draft", "", "--spec-draft-type-k"}},
        {"ngram_size_n", {"", "--spec-ngram-size-n", "--spec-ngram-simple-size-n"}},
        {"flash_attention", {"--flash-attn", "--flash-attn", "--flash-attn"}},
        {"load_mode", {"", "", "--load-mode"}},
        {"mmap", {"--no-mmap", "--mmap", ""}},
        {"repack", {"--no-repack", "--repack", "--repack"}},
        {"reasoning", {"", "", "--reasoning"}},
        {"gpu_layers", {"--gpu-layers", "", "--gpu-layers"}},
        {"context", {"--ctx-size", "--ctx-size", "--ctx-size"}},
    };
    for (const auto& [parameter, spellings] : expected) {
      CAPTURE(parameter);
      CHECK(spelling(probed("old"), parameter) == spellings[0]);
      CHECK(spelling(probed("middle"), parameter) == spellings[1]);
      CHECK(spelling(probed("new"), parameter) == spellings[2]);
    }
  }

  TEST_CASE("a parameter that the binary lacks says why") {
    auto engine = llama_server();
    CHECK(probed("old").find("load_mode")->lacking == "not in its help");
    for (auto& row : engine.parameters) {
      if (row.parameter.name != "draft_depth") continue;
      row.emission = Emission();
      row.emission.spellings = {"--draft-max"};
    }
    const auto probe = probe_from_texts(engine, "", help_fixture("new"));
    CHECK(probe.find("draft_depth")->lacking == "removed: use --spec-draft-n-max or --spec-ngram-mod-n-max");
  }

  TEST_CASE("defaults are those of the binary where its help tells them as values") {
    const auto old = probed("old");
    const auto fresh = probed("new");
    CHECK(text(old.find("flash_attention")->default_value) == "off");
    CHECK(text(fresh.find("flash_attention")->default_value) == "auto");
    CHECK(text(old.find("context")->default_value) == "4096");
    CHECK(text(fresh.find("context")->default_value) == "auto");
    CHECK(text(fresh.find("threads")->default_value) == "auto");
    CHECK(text(fresh.find("threads_batch")->default_value) == "auto");
    CHECK(text(fresh.find("parallel")->default_value) == "auto");
    CHECK(text(fresh.find("cache_prompt")->default_value) == "on");
    CHECK(text(fresh.find("batch")->default_value) == "2048");
    CHECK(text(old.find("draft_p_min")->default_value) == "0.8");
    // Without the flag there is no speculation, whatever the help says of its depth.
    CHECK(text(fresh.find("draft_depth")->default_value) == "0");
    // Beside "--no-repack" alone, "disabled" speaks of the flag.
    const auto negative =
        probe_from_texts(llama_server(), "", "-nr, --no-repack                        no repacking (default: disabled)\n");
    CHECK(text(negative.find("repack")->default_value) == "on");
  }

  TEST_CASE("a flag without a value in an old build takes only on and off") {
    const auto probe = probed("old");
    CHECK_FALSE(probe.find("flash_attention")->takes_value);
    CHECK(probe.find("flash_attention")->words == Words{"on", "off"});
    CHECK(probed("new").find("flash_attention")->takes_value);
  }
}
