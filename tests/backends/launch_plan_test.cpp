#include "backends/launch_plan.hpp"

#include "backends/default_space.hpp"
#include "backends/engine_fixture.hpp"
#include "core/error.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace sweetspot;
using namespace sweetspot::test;

namespace {

struct Case {
  std::string build = "new";
  std::string draft_model = {};
  std::int64_t mtp_layers = 0;
};

ModelIdentity model(const Case& with) {
  ModelIdentity identity;
  identity.name = "tiny";
  identity.nextn_predict_layers = with.mtp_layers;
  return identity;
}

LaunchInputs inputs(const Case& with) { return {"m.gguf", with.draft_model, 4096, {}}; }

/// The printed command without the binary.
std::string command(const std::string& key, const Case& with = {}) {
  const auto shell = launch_command(llama_server(), probed(with.build), config_from_key(key), model(with), inputs(with)).shell;
  return shell.substr(shell.find(' ') + 1);
}

/// What the configuration adds to the command of the default.
std::string added(const std::string& key, const Case& with = {}) {
  const std::string plain = command("", with);
  const std::string all = command(key, with);
  REQUIRE(all.starts_with(plain));
  return all == plain ? "" : all.substr(plain.size() + 1);
}

std::string refusal_of(const std::string& key, const Case& with = {}) {
  return unsupported_reason(llama_server(), probed(with.build), config_from_key(key), model(with), inputs(with)).value_or("");
}

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_SUITE("backends/launch_plan") {
  TEST_CASE("the default is the fixed flags, as far as the binary has them") {
    CHECK(command("") == "--model m.gguf --ctx-size 4096 --parallel 1 --fit off --jinja");
    CHECK(command("", {.build = "old"}) == "--model m.gguf --ctx-size 4096 --parallel 1 --jinja");
  }

  TEST_CASE("a plan has what only the measurement needs, a command has not") {
    const auto plan = launch_plan(llama_server(), probed("new"), {}, model({}), inputs({}));
    const std::string line = shell_line(plan.argv, {});
    CHECK(says(line, "--host 127.0.0.1 --port '{port}' --alias '{alias}' --verbosity 4 --offline --no-webui"));
    CHECK(plan.environment.at("XDG_CONFIG_HOME") == "{empty_folder}");
    CHECK(std::ranges::find(plan.scrub_environment, "LLAMA_") != plan.scrub_environment.end());
    const auto printed = launch_command(llama_server(), probed("new"), {}, model({}), inputs({}));
    CHECK_FALSE(says(printed.shell, "--port"));
    CHECK(printed.environment.empty());
  }

  TEST_CASE("extra arguments come last, as they are") {
    auto with_extra = inputs({});
    with_extra.extra_arguments = {"--temp", "0.5"};
    const auto plan = launch_plan(llama_server(), probed("new"), {}, model({}), with_extra);
    REQUIRE(plan.argv.size() > 2);
    CHECK(plan.argv[plan.argv.size() - 2] == "--temp");
    CHECK(plan.argv.back() == "0.5");
  }

  TEST_CASE("a value that is the binary's default is not written") {
    CHECK(added("batch=2048,flash_attention=auto,kv_type_k=f16,repack=on,threads=auto") == "");
    CHECK(added("flash_attention=off", {.build = "old"}) == "");
    CHECK(added("mmap=on,spec_type=none") == "");
  }

  TEST_CASE("a default that was read back from the server is not written, unless it follows another parameter") {
    auto probe = probed("new");
    for (auto& parameter : probe.parameters) {
      if (parameter.name == "threads" || parameter.name == "threads_batch") parameter.default_value = std::int64_t{2};
    }
    const auto line = [&](const std::string& key) {
      return launch_command(llama_server(), probe, config_from_key(key), model({}), inputs({})).shell;
    };
    CHECK_FALSE(says(line("threads=2,threads_batch=2"), "--threads"));
    CHECK_FALSE(says(line("threads=auto"), "--threads"));
    CHECK(says(line("threads=1,threads_batch=2"), "--threads 1 --threads-batch 2"));
  }

  TEST_CASE("on/off parameters are written by the flag of their value") {
    CHECK(added("repack=off") == "--no-repack");
    CHECK(added("repack=0") == "--no-repack");
    CHECK(added("cache_prompt=false,swa_full=on") == "--no-cache-prompt --swa-full");
    CHECK(added("mmap=off", {.build = "middle"}) == "--no-mmap");
  }

  TEST_CASE("flash attention is a bare flag in old builds") {
    CHECK(added("flash_attention=on", {.build = "old"}) == "--flash-attn");
    CHECK(added("flash_attention=on") == "--flash-attn on");
    CHECK(says(refusal_of("flash_attention=auto", {.build = "old"}), "it accepts on, off"));
  }

  TEST_CASE("a parameter that writes a fixed flag takes its place") {
    CHECK(command("parallel=4,context=8192") == "--model m.gguf --fit off --jinja --ctx-size 8192 --parallel 4");
  }

  TEST_CASE("draft depth 0 writes nothing of speculation, whatever else is set") {
    const Case both{.draft_model = "d.gguf", .mtp_layers = 1};
    CHECK(added("draft_depth=0", both) == "");
    CHECK(added("draft_depth=0,draft_min=2,draft_p_min=0.5,ngram_size_n=5,spec_type=ngram-simple", both) == "");
    CHECK(added("draft_depth=0,spec_type=draft-mtp") == "");
  }

  TEST_CASE("a draft model alone changes nothing") { CHECK(added("", {.draft_model = "d.gguf"}) == ""); }

  TEST_CASE("a draft depth without a kind takes the draft model, else the model's own head") {
    CHECK(added("draft_depth=8", {.draft_model = "d.gguf", .mtp_layers = 1}) ==
          "--spec-type draft-simple --spec-draft-n-max 8 --spec-draft-model d.gguf");
    CHECK(added("draft_depth=8", {.mtp_layers = 1}) == "--spec-type draft-mtp --spec-draft-n-max 8");
    const auto reason = refusal_of("draft_depth=8");
    CHECK(says(reason, "nothing to draft with"));
    CHECK(says(reason, "--draft-model"));
    CHECK(says(reason, "ngram-simple"));
  }

  TEST_CASE("the depth is written even where it is the flag's own default") {
    CHECK(added("draft_depth=3", {.mtp_layers = 1}) == "--spec-type draft-mtp --spec-draft-n-max 3");
  }

  TEST_CASE("builds before --spec-type draft with the model that they are given") {
    const Case old{.build = "old", .draft_model = "d.gguf"};
    CHECK(added("draft_depth=8", old) == "--draft-max 8 --model-draft d.gguf");
    CHECK(added("draft_depth=8,spec_type=draft-simple", {.build = "middle", .draft_model = "d.gguf"}) ==
          "--draft-max 8 --model-draft d.gguf");
    CHECK(says(refusal_of("draft_depth=8", {.build = "old", .mtp_layers = 1}), "does not know spec_type=draft-mtp"));
    CHECK(says(refusal_of("draft_depth=8,spec_type=draft-mtp", {.build = "middle", .mtp_layers = 1}),
               "it accepts none, ngram-cache"));
  }

  TEST_CASE("n-gram kinds need no model and have flags of their own") {
    CHECK(added("spec_type=ngram-simple") == "--spec-type ngram-simple");
    CHECK(added("draft_depth=16,ngram_size_n=6,spec_type=ngram-simple") ==
          "--spec-type ngram-simple --spec-ngram-simple-size-m 16 --spec-ngram-simple-size-n 6");
    CHECK(added("draft_depth=16,draft_min=4,ngram_size_n=6,spec_type=ngram-mod") ==
          "--spec-type ngram-mod --spec-ngram-mod-n-max 16 --spec-ngram-mod-n-min 4 --spec-ngram-mod-n-match 6");
    CHECK(added("draft_depth=16,ngram_size_n=6,spec_type=ngram-simple", {.build = "middle"}) ==
          "--spec-type ngram-simple --draft-max 16 --spec-ngram-size-n 6");
    // 0 is the default of the flag that other kinds have, not of this one.
    CHECK(added("draft_depth=16,draft_min=0,spec_type=ngram-mod") ==
          "--spec-type ngram-mod --spec-ngram-mod-n-max 16 --spec-ngram-mod-n-min 0");
    CHECK(added("draft_depth=16,spec_type=ngram-cache") == "--spec-type ngram-cache");
    CHECK(says(refusal_of("draft_depth=16,ngram_size_m=20,spec_type=ngram-simple"), "the same flag"));
  }

  TEST_CASE("kinds without what they need are refused with the reason") {
    CHECK(says(refusal_of("draft_depth=4,spec_type=draft-mtp"), "tiny has none"));
    CHECK(says(refusal_of("spec_type=draft-simple"), "needs a draft model"));
    CHECK(says(refusal_of("draft_depth=4,spec_type=none", {.mtp_layers = 1}), "spec_type=none"));
    CHECK(says(refusal_of("draft_depth=4,spec_type=draft-dflash", {.draft_model = "d.gguf"}),
               "does not know spec_type=draft-dflash"));
  }

  TEST_CASE("synthetic acceptance goes with speculation only, and not beyond the depth") {
    const Case mtp{.mtp_layers = 1};
    CHECK(added("spec_synth_len=0", mtp) == "");
    CHECK(added("draft_depth=3,spec_synth_len=4", mtp) == "--spec-type draft-mtp --spec-draft-n-max 3 --spec-synth-len 4");
    CHECK(says(refusal_of("draft_depth=3,spec_synth_len=5", mtp), "draft_depth + 1"));
    CHECK(says(refusal_of("spec_synth_len=2", mtp), "without speculation"));
    // The kind's own depth is 3 here.
    CHECK(refusal_of("spec_synth_len=4,spec_type=draft-mtp", mtp) == "");
    CHECK(says(refusal_of("spec_synth_len=5,spec_type=draft-mtp", mtp), "draft_depth + 1"));
  }

  TEST_CASE("combinations that the server would not survive are refused") {
    CHECK(says(refusal_of("flash_attention=off,kv_type_v=q8_0"), "flash attention"));
    CHECK(refusal_of("flash_attention=off,kv_type_k=q8_0") == "");
    CHECK(says(refusal_of("kv_type_v=q8_0", {.build = "old"}), "flash attention"));
    CHECK(says(refusal_of("ubatch=4096"), "ubatch"));
    CHECK(refusal_of("batch=4096,ubatch=4096") == "");
  }

  TEST_CASE("names, values and flags that are not there are refused with the way out") {
    CHECK(says(refusal_of("threds=2"), "did you mean \"threads\""));
    CHECK(says(refusal_of("kv_type_k=q9_0"), "q8_0"));
    CHECK(says(refusal_of("load_mode=mlock"), "it accepts auto, none, mmap"));
    CHECK(says(refusal_of("load_mode=dio", {.build = "old"}), "llama-server b5882 has no flag for load_mode (not in its help)"));
    CHECK_THROWS_AS(launch_plan(llama_server(), probed("new"), config_from_key("threds=2"), model({}), inputs({})), Error);
  }

  TEST_CASE("a binary without the model flag is refused") {
    const auto probe = probe_from_texts(llama_server(), "", "--port PORT                             port\n");
    CHECK(unsupported_reason(llama_server(), probe, {}, model({}), inputs({})).value_or("").find("--model") != std::string::npos);
  }
}

TEST_SUITE("backends/shell_line") {
  TEST_CASE("plain words stay, everything else is quoted for a POSIX shell") {
    CHECK(shell_line({"llama-server", "-m", "/a/b-c_1.gguf", "x=1,2"}, {}) == "llama-server -m /a/b-c_1.gguf x=1,2");
    CHECK(shell_line({"a b", "", "it's", "$HOME", "~", "*", "a;b", "{\"k\": 1}", "\n"}, {}) ==
          "'a b' '' 'it'\\''s' '$HOME' '~' '*' 'a;b' '{\"k\": 1}' '\n'");
    CHECK(shell_line({"a=b", "c"}, {}) == "'a=b' c");
    CHECK(shell_line({"\xc3\xa9"}, {{"A", "x y"}, {"B", "1"}}) == "A='x y' B=1 '\xc3\xa9'");
  }
}

TEST_SUITE("backends/default_space") {
  TEST_CASE("the space knows what model, draft and binary can do") {
    const auto kinds = [](const Case& with, HasDraftModel draft) {
      const auto axes = default_axes(llama_server(), probed(with.build), model(with), "agent", draft, 8);
      std::string all;
      if (const auto axis = axes.find("spec_type"); axis != axes.end()) {
        for (const Value& value : axis->second) all += text(value) + " ";
      }
      return all + (axes.contains("draft_depth") ? "depth" : "");
    };
    CHECK(kinds({}, HasDraftModel::no) == "none ngram-simple ngram-mod depth");
    CHECK(kinds({.mtp_layers = 1}, HasDraftModel::no) == "none draft-mtp ngram-simple ngram-mod depth");
    CHECK(kinds({}, HasDraftModel::yes) == "none draft-simple ngram-simple ngram-mod depth");
    CHECK(kinds({.build = "old"}, HasDraftModel::no) == "");
    CHECK(kinds({.build = "old"}, HasDraftModel::yes) == "depth");
  }

  TEST_CASE("threads come from the cores, and what the binary lacks or refuses is left out") {
    const auto axes = default_axes(llama_server(), probed("old"), {}, "agent", HasDraftModel::no, 16);
    std::string threads;
    for (const Value& value : axes.at("threads")) threads += text(value) + " ";
    CHECK(threads == "auto 4 8 12 16 ");
    CHECK(axes.at("flash_attention").size() == 2);  // no "auto" in an old build
    CHECK_FALSE(axes.contains("context"));
    CHECK_FALSE(axes.contains("parallel"));
    const auto small = default_axes(llama_server(), probed("new"), {}, "agent", HasDraftModel::no, 2);
    CHECK(small.at("threads").size() == 2);  // auto, 1: two are what auto takes
  }

  TEST_CASE("a goal without a space of its own gets the default one") {
    const auto probe = probed("new");
    CHECK(default_axes(llama_server(), probe, {}, "nonsense", HasDraftModel::no, 4) ==
          default_axes(llama_server(), probe, {}, "agent", HasDraftModel::no, 4));
  }

  TEST_CASE("spec_type depends on the depth only in a space that decides the depth") {
    const auto active = [](const std::set<std::string>& names) {
      const auto parameters = space_parameters(llama_server(), probed("new"), names);
      return std::ranges::find(parameters, "spec_type", &Parameter::name)->active_when.size();
    };
    CHECK(active({"spec_type"}) == 0);
    CHECK(active({"spec_type", "draft_depth"}) == 1);
  }

  TEST_CASE("constraints of a space refuse kinds that cannot run here") {
    const auto constraints =
        space_constraints(llama_server(), probed("new"), {}, HasDraftModel::no, {"spec_type", "draft_depth"});
    const auto refused = [&](const std::string& key) {
      const auto parameters = space_parameters(llama_server(), probed("new"), {"spec_type", "draft_depth"});
      return std::ranges::any_of(constraints, [&](const Constraint& constraint) {
        return std::ranges::all_of(
            constraint.when, [&](const Condition& condition) { return holds(condition, parameters, config_from_key(key)); });
      });
    };
    CHECK(refused("draft_depth=4,spec_type=none"));
    CHECK(refused("draft_depth=4,spec_type=draft-mtp"));
    CHECK_FALSE(refused("draft_depth=4,spec_type=ngram-simple"));
    CHECK_FALSE(refused("draft_depth=0,spec_type=none"));
  }
}
