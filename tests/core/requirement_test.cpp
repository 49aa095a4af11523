#include "core/requirement.hpp"

#include "core/error.hpp"

#include <doctest/doctest.h>

using namespace sweetspot;

namespace {

Measurement measured() {
  Measurement measurement;
  measurement.ttft_ms_p95 = 480;
  measurement.memory_bytes_peak = std::int64_t{3} << 30;
  return measurement;
}

std::optional<std::string> unmet_of(const std::string& text) { return unmet({requirement_from(text)}, measured()); }

}  // namespace

TEST_SUITE("core/requirement") {
  TEST_CASE("each sign bounds its side, and only the longer ones take the bound itself") {
    CHECK_FALSE(unmet_of("ttft_ms_p95<500"));
    CHECK(unmet_of("ttft_ms_p95<480"));
    CHECK_FALSE(unmet_of("ttft_ms_p95<=480"));
    CHECK(unmet_of("ttft_ms_p95>480"));
    CHECK_FALSE(unmet_of("ttft_ms_p95>=480"));
    CHECK(unmet_of("ttft_ms_p95>=480.5"));
  }

  TEST_CASE("K, M, G and T are powers of 1024, and what is not met says by how much") {
    CHECK_FALSE(unmet_of("memory_bytes_peak<=3G"));
    CHECK_FALSE(unmet_of("memory_bytes_peak<4096M"));
    CHECK_FALSE(unmet_of("memory_bytes_peak<1T"));
    CHECK(unmet_of("memory_bytes_peak<2.5G") == "memory_bytes_peak<2.5G: memory_bytes_peak is 3.00G");
    CHECK(unmet_of("ttft_ms_p95<100") == "ttft_ms_p95<100: ttft_ms_p95 is 480");
    CHECK(bytes_from("512M") == 512.0 * 1024 * 1024);
  }

  TEST_CASE("a figure that was not measured is not as required, and the first that fails is told") {
    CHECK(unmet_of("draft_acceptance>0") == "draft_acceptance>0: not measured");
    const auto both = unmet({requirement_from("ttft_ms_p95<500"), requirement_from("ttft_ms_p95<400")}, measured());
    CHECK(both == "ttft_ms_p95<400: ttft_ms_p95 is 480");
    CHECK_FALSE(unmet({}, measured()));
  }

  TEST_CASE("what several clients get at once can be bounded, and is not as required where they were not asked") {
    Measurement crowd = measured();
    crowd.concurrency.emplace();
    crowd.concurrency->tokens_per_second = 300;
    crowd.concurrency->ttft_ms_p95 = 900;
    CHECK_FALSE(unmet({requirement_from("concurrency_tokens_per_second>=300")}, crowd));
    CHECK(unmet({requirement_from("concurrency_ttft_ms_p95<800")}, crowd) ==
          "concurrency_ttft_ms_p95<800: concurrency_ttft_ms_p95 is 900");
    CHECK(unmet_of("concurrency_ttft_ms_p95<800") == "concurrency_ttft_ms_p95<800: not measured");
  }

  TEST_CASE("what is no bound is refused with the text and the way out") {
    CHECK_THROWS_WITH_AS(requirement_from("fast"), "'fast' is no bound", Error);
    CHECK_THROWS_WITH_AS(requirement_from("ttft_ms_p95<soon"), "'soon' is no number", Error);
    CHECK_THROWS_WITH_AS(requirement_from("ttft_ms_p95<"), "'' is no number", Error);
    CHECK_THROWS_WITH_AS(requirement_from("<5"), "'' is no figure that is measured", Error);
    CHECK_THROWS_WITH_AS(bytes_from("-1G"), "'-1G' is no size", Error);
    try {
      (void)requirement_from("ttft_ms_p59<500");
      FAIL("an unknown figure was taken");
    } catch (const Error& error) {
      CHECK(error.hint().find("ttft_ms_p50") != std::string::npos);
    }
  }
}
