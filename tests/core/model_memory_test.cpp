#include "core/model_memory.hpp"

#include "core/inspection.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>

using namespace sweetspot;

namespace {

constexpr std::int64_t gigabyte = std::int64_t{1} << 30;

/// 8 layers of 2 heads with 64 numbers for keys and for values: 4 KiB a token at 16 bits.
ModelMemory plain(std::int64_t weights) { return {weights, {{8, 2, 64, 64, 0}}, 0}; }

ModelInspection inspection(std::int64_t weights, std::int64_t context) {
  ModelInspection model;
  model.memory = plain(weights);
  model.context_length = context;
  return model;
}

bool has(const std::vector<Finding>& findings, const std::string& code) {
  return std::ranges::find(findings, code, &Finding::code) != findings.end();
}

}  // namespace

TEST_SUITE("core/model_memory") {
  TEST_CASE("the cache is layers * tokens * heads * (keys + values), in the bytes of its types") {
    CHECK(memory_at_context(plain(1000), 4096) == MemoryAtContext{1000, std::int64_t{4096} * 4096, 0});
    CHECK(memory_at_context(plain(0), 4096, {"q8_0", "q8_0"})->cache_bytes == 4096 * 4096 * 34 / 64);
    CHECK(memory_at_context(plain(0), 4096, {"f32", "q4_0"})->cache_bytes == 4096 * (4096 + 4096 * 9 / 64));
    CHECK(memory_at_context(plain(0), 1)->cache_bytes == 256 * 4096);
    CHECK(memory_at_context(plain(0), 0)->cache_bytes == 0);
  }

  TEST_CASE("a window ends the growth, and recurrent layers do not grow") {
    const ModelMemory model{0, {{1, 2, 64, 64, 1024}, {1, 2, 64, 64, 0}}, 7};
    CHECK(memory_at_context(model, 512)->cache_bytes == 2 * 512 * 512);
    CHECK(memory_at_context(model, 8192) == MemoryAtContext{0, std::int64_t{1024 + 8192} * 512, 7});
  }

  TEST_CASE("what is not known gives nothing") {
    CHECK_FALSE(memory_at_context({1000, {}, 0}, 4096));
    CHECK_FALSE(memory_at_context(plain(0), 4096, {"q9_9", "f16"}));
    CHECK_FALSE(cache_bytes_per_number("Q8_0"));
  }

  TEST_CASE("the longest context that fits is the last that does") {
    const std::int64_t bytes = 1000 + 4096 * 5000;
    const std::int64_t context = context_within(plain(1000), bytes, 1 << 20);
    CHECK(context == 4864);
    CHECK(memory_at_context(plain(1000), context)->total_bytes() <= bytes);
    CHECK(memory_at_context(plain(1000), context + 256)->total_bytes() > bytes);
    CHECK(context_within(plain(1000), bytes, 1024) == 1024);
    CHECK(context_within(plain(1000), 10, 1 << 20) == 0);
  }
}

TEST_SUITE("core/inspection") {
  TEST_CASE("what the machine's memory does not carry is a finding, and what it does is none") {
    MachineProfile machine;
    machine.memory_bytes = 8 * gigabyte;
    CHECK(memory_findings(inspection(4 * gigabyte, 4096), machine).empty());
    CHECK(has(memory_findings(inspection(8 * gigabyte, 4096), machine), "does_not_fit"));
    const auto findings = memory_findings(inspection(4 * gigabyte, 1 << 20), machine);
    REQUIRE(has(findings, "context_does_not_fit"));
    CHECK(findings.front().text.find("at most 838656 tokens") != std::string::npos);
    CHECK(memory_findings(inspection(8 * gigabyte, 4096), MachineProfile{}).empty());
  }

  TEST_CASE("versions are compared number by number") {
    CHECK(older_version("0.9.2", "0.10"));
    CHECK(older_version("b8064", "b11669"));
    CHECK(older_version("2.5", "2.5.1"));
    CHECK_FALSE(older_version("2.5.0", "2.5"));
    CHECK_FALSE(older_version("2.12.0", "2.5.2"));
    CHECK(older_version("mtplx 2.5.2 (abc)", "2.12"));
    CHECK_FALSE(older_version("unknown", ""));
  }

  TEST_CASE("a bundle made by a newer version, or with a policy that the engine does not know, is a finding") {
    ModelInspection model;
    CHECK(runtime_findings(model, {}).empty());
    model.runtime = WantedRuntime{"mtplx", "2.12.0", "prequantized-int4"};
    CHECK(has(runtime_findings(model, {}), "runtime_missing"));
    CHECK(has(runtime_findings(model, {{"mtplx", "2.5.2"}}), "runtime_older"));
    CHECK(runtime_findings(model, {{"mtplx", "2.12.0"}}).empty());
    CHECK(has(runtime_findings(model, {{"mtplx", "2.12.0"}, {"lightning-mlx", "0.6.10"}}), "policy_unknown"));
    model.runtime->policy = "cyankiwi";
    CHECK_FALSE(has(runtime_findings(model, {{"mtplx", "2.12.0"}, {"lightning-mlx", "0.6.10"}}), "policy_unknown"));
  }
}
