#include "reports/format.hpp"

#include <doctest/doctest.h>

using namespace sweetspot;

TEST_SUITE("reports/format") {
  TEST_CASE("figures are shown with the places that a reader needs") {
    CHECK(rate_text(14.84) == "14.8");
    CHECK(rate_text(99.97) == "100");
    CHECK(milliseconds_text(1620.0) == "1.62 s");
    CHECK(milliseconds_text(210.0) == "0.21 s");
    CHECK(milliseconds_text(38.2) == "38 ms");
    CHECK(bytes_text(std::int64_t{1'717'986'918}) == "1.6 GB");
    CHECK(bytes_text(std::int64_t{40} << 20) == "40 MB");
    CHECK(seconds_text(1680) == "28 min");
    CHECK(seconds_text(3900) == "1 h 05 min");
    CHECK(seconds_text(45.4) == "45 s");
    CHECK(ratio_text(1.308) == "1.31x");
    CHECK(percent_text(0.0144) == "1.4 %");
  }

  TEST_CASE("what is not known is a dash") {
    CHECK(rate_text(std::nullopt) == "-");
    CHECK(milliseconds_text(std::nullopt) == "-");
    CHECK(bytes_text(std::nullopt) == "-");
  }

  TEST_CASE("counts have a comma at each thousand") {
    CHECK(count_text(999) == "999");
    CHECK(count_text(6120) == "6,120");
    CHECK(count_text(-1234567) == "-1,234,567");
    CHECK(counted(1, "trial") == "1 trial");
  }

  TEST_CASE("columns align by characters, not by bytes") { CHECK(padded("µ", 3) == "µ  "); }
}
