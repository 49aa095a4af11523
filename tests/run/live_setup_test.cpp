#include "run/live_setup.hpp"

#include "backends/descriptor.hpp"
#include "run/prepare.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sweetspot;

namespace {

EngineProbe build(const char* path) {
  const auto engine = find_engine(catalog(""), "llama-server");
  EngineProbe probe = probe_from_texts(engine, "version: 1 (a)",
                                       "-m,    --model FNAME                    model path\n"
                                       "--port PORT                             port to listen\n"
                                       "--host HOST                             address\n"
                                       "-t,    --threads N                      threads (default: -1)\n");
  probe.binary = path;
  return probe;
}

LiveSetup setup() {
  LiveSetup result;
  result.engine = find_engine(catalog(""), "llama-server");
  result.probe = build("/old/llama-server");
  result.model.path = result.inputs.model = "/models/f16.gguf";
  result.parameters = parameters_of(result.engine, result.probe);
  return result;
}

bool holds(const std::vector<std::string>& argv, const std::string& word) {
  return std::find(argv.begin(), argv.end(), word) != argv.end();
}

}  // namespace

TEST_SUITE("run/live_setup") {
  TEST_CASE("a configuration is launched from the model and the build that it names, else from the setup's own") {
    LiveSetup live = setup();
    ModelIdentity smaller;
    smaller.path = "/models/q4.gguf";
    add_models(live, "f16.gguf", {{"q4.gguf", smaller}});
    add_binaries(live, "old", {{"new", build("/new/llama-server")}});
    const Config plain{{{"threads", std::int64_t{4}}}};
    Config other = plain;
    other.values["model"] = "q4.gguf";
    other.values["binary"] = "new";
    CHECK(command_for(live, plain).argv.front() == "/old/llama-server");
    CHECK(holds(command_for(live, plain).argv, "/models/f16.gguf"));
    const auto argv = command_for(live, other).argv;
    CHECK(argv.front() == "/new/llama-server");
    CHECK(holds(argv, "/models/q4.gguf"));
    CHECK(holds(argv, "--threads"));
    CHECK_FALSE(holds(argv, "q4.gguf"));  // neither name becomes a flag
    CHECK_FALSE(refusal_for(live, other));
    Config own = plain;
    own.values["model"] = "f16.gguf";
    CHECK(command_for(live, own) == command_for(live, plain));
  }

  TEST_CASE("models and builds are searched like any parameter, from what the setup holds") {
    LiveSetup live = setup();
    add_models(live, "f16.gguf", {{"q8.gguf", {}}, {"q4.gguf", {}}, {"f16.gguf", {}}});
    const SearchSpace space = search_space(live, {{"model", {Value{"q8.gguf"}, Value{"q4.gguf"}}}}, {});
    CHECK(space.baseline.values.at("model") == Value{"f16.gguf"});
    CHECK(valid_configurations(space).size() == 3);
    const auto row = find_parameter(live.engine, "model");
    REQUIRE(row != nullptr);
    CHECK(row->parameter.effect == Effect::lossy);
  }
}
