#include "reports/report.hpp"

#include "core/error.hpp"
#include "support/study_fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sweetspot;

namespace {

bool drives_a_terminal(const std::string& text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c != '\n' && static_cast<unsigned char>(c) < 0x20; });
}

}  // namespace

TEST_SUITE("reports/report") {
  TEST_CASE("every format renders every kind of study and trial, without control characters of a model") {
    for (const auto& format : report_formats()) {
      CAPTURE(format.name);
      CHECK(&find_report_format(std::string{format.name}) == &format);
      CHECK_FALSE(format.description.empty());
      for (const auto& study : {fixture::improvement(), fixture::keep_default(), fixture::unsound(), Study{}}) {
        const auto text = format.study(study, {});
        CHECK(text.ends_with('\n'));
        CHECK_FALSE(drives_a_terminal(text));
        for (const auto& trial : study.trials) CHECK_FALSE(drives_a_terminal(format.trial(study, trial, {})));
      }
    }
  }

  TEST_CASE("an unknown format is refused with the nearest name") {
    try {
      find_report_format("jsn");
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(error.hint().find("json") != std::string::npos);
    }
  }

  TEST_CASE("rejected configurations come fastest first, unknown speeds last") {
    const auto rows = rejected_by_speed(fixture::improvement());
    REQUIRE(rows.size() == 4);
    CHECK(rows[0].speed_ratio == 1.52);
    CHECK(rows[1].speed_ratio == 1.1);
    CHECK_FALSE(rows[3].speed_ratio.has_value());
  }

  TEST_CASE("csv: one row for each trial, fields with a comma or a quote are quoted") {
    auto study = fixture::improvement();
    study.trials[2].verdict->detail = "a \"b\", c";
    study.trials[3].failure->detail = "=1+1";
    const auto text = find_report_format("csv").study(study, {});
    CHECK(std::count(text.begin(), text.end(), '\n') == 5);
    CHECK(text.find("\"a \"\"b\"\", c\"") != std::string::npos);
    CHECK(text.find(",'=1+1,") != std::string::npos);
  }

  TEST_CASE("markdown: parameters without effect and later looks are told") {
    auto study = fixture::improvement();
    study.reverifications = {{"2026-02-03T04:05:06Z", "b2", {}, "pass", "the gain cannot be told", 1.01, true, false}};
    const auto text = find_report_format("markdown").study(study, {});
    CHECK(text.find("No effect within 1.4 %: poll, threads_batch") != std::string::npos);
    CHECK(text.find("2026-02-03T04:05:06Z  b2  pass  1.01x  not resolved") != std::string::npos);
    CHECK(text.find("the gain cannot be told") != std::string::npos);
  }

  TEST_CASE("markdown: text of a model is no markup") {
    auto study = fixture::improvement();
    study.trials[2].verdict->detail = "a|b <img> `x`";
    const auto text = find_report_format("markdown").study(study, {});
    CHECK(text.find("a\\|b \\<img\\> \\`x\\`") != std::string::npos);
  }
}
