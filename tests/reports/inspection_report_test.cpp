#include "reports/inspection_report.hpp"

#include "support/golden.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace sweetspot;

namespace {

ModelInspection example() {
  ModelInspection model;
  model.path = "/models/example";
  model.format = "safetensors";
  model.name = "example";
  model.architecture = "qwen3_moe";
  model.parameters = 30'500'000'000;
  model.size_bytes = 17'200'000'000;
  model.bits_per_weight = 4.51;
  model.quantisation = {{"4 bits, group 32", 337, 30'400'000'000, 17'000'000'000}, {"BF16", 193, 100'000'000, 200'000'000}};
  model.claimed = {{"bits", std::int64_t{4}}, {"group_size", std::int64_t{64}}};
  model.chat_template = {true, true};
  model.draft_heads = {1, 0};
  model.experts = {128, 8, 16'000'000'000};
  model.context_length = 40'960;
  model.bytes_per_token = 1'800'000'000;
  model.memory = {17'200'000'000, {{48, 4, 128, 128, 0}}, 0};
  model.runtime = WantedRuntime{"mtplx", "2.12.0", "cyankiwi"};
  model.findings = {{"layout_differs", "config.json claims\x1b[31m groups of 64", std::nullopt, false}};
  return model;
}

MachineProfile machine() {
  MachineProfile machine;
  machine.memory_bytes = std::int64_t{64} << 30;
  machine.memory_bandwidth_bytes_per_s = 270e9;
  return machine;
}

}  // namespace

TEST_SUITE("reports/inspection_report") {
  TEST_CASE("golden: inspection") {
    const auto text = inspection_text(example(), machine());
    CHECK(text == fixture::golden("inspection.txt", text));
    CHECK(text.find('\x1b') == std::string::npos);
  }

  TEST_CASE("golden: inspection as JSON") {
    const auto text = inspection_json(example(), machine());
    CHECK(text == fixture::golden("inspection.json", text));
  }

  TEST_CASE("what is not known is null or said so") {
    const auto json = nlohmann::json::parse(inspection_json({}, {}));
    CHECK(json["ceiling_tokens_per_second"].is_null());
    CHECK(json["context_length"].is_null());
    CHECK(json["runtime"].is_null());
    CHECK(json["memory"]["at_context"].empty());
    const auto text = inspection_text({}, {});
    CHECK(text.find("context        not told") != std::string::npos);
    CHECK(text.find("does not tell the cache's shape") != std::string::npos);
  }
}
