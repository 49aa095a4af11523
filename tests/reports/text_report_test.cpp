#include "reports/text_report.hpp"

#include "support/golden.hpp"
#include "support/study_fixture.hpp"

#include <doctest/doctest.h>

using namespace sweetspot;

TEST_SUITE("reports/text_report") {
  TEST_CASE("golden: an improvement ends in the command to paste") {
    const auto text = text_report(fixture::improvement(), {});
    CHECK(text == fixture::golden("report-improvement.txt", text));
  }

  TEST_CASE("golden: keeping the default says which gain would have been seen") {
    const auto text = text_report(fixture::keep_default(), {});
    CHECK(text == fixture::golden("report-keep-default.txt", text));
  }

  TEST_CASE("golden: an unsound engine shows its findings and no command") {
    const auto text = text_report(fixture::unsound(), {});
    CHECK(text == fixture::golden("report-unsound.txt", text));
  }

  TEST_CASE("golden: one trial's evidence") {
    const auto study = fixture::improvement();
    std::string text;
    for (const auto& trial : study.trials) text += text_trial_report(study, trial, {}) + "---\n";
    CHECK(text == fixture::golden("report-trials.txt", text));
  }

  TEST_CASE("the list of trials carries the numbers that show takes") {
    const auto text = text_report(fixture::improvement(), {.trials = TrialTable::yes});
    CHECK(text.find("     3       -  broken         spec_synth_len=4") != std::string::npos);
    CHECK(text.find("     4       -  out_of_memory  ubatch=8192") != std::string::npos);
  }

  TEST_CASE("colour adds escape sequences and nothing else") {
    const auto study = fixture::improvement();
    std::string coloured = text_report(study, {.colour = Colour::yes});
    CHECK(coloured.find("\x1b[") != std::string::npos);
    for (auto start = coloured.find("\x1b["); start != std::string::npos; start = coloured.find("\x1b["))
      coloured.erase(start, coloured.find('m', start) - start + 1);
    CHECK(coloured == text_report(study, {}));
  }

  TEST_CASE("an interrupted study says so and how to go on") {
    auto study = fixture::improvement();
    study.status = "interrupted";
    study.recommendation = {};
    study.baseline_measurement.reset();
    const auto text = text_report(study, {});
    CHECK(text.find("Not finished (interrupted)") != std::string::npos);
    CHECK(text.find("sweetspot resume 7f3a2c90") != std::string::npos);
  }

  TEST_CASE("a parameter that is known well to do nothing is not told with the bound of one that is not") {
    auto study = fixture::improvement();
    study.effects = {{"threads", std::int64_t{1}, 1.0, 0.988, 1.012},
                     {"poll", std::int64_t{0}, 1.0, 0.951, 1.049},
                     {"mlock", "on", 1.0, 0.99, 1.01}};
    const auto text = text_report(study, {});
    CHECK(text.find("  No effect within 1.2 %: mlock, threads\n  No effect within 4.9 %: poll\n") != std::string::npos);
  }

  TEST_CASE("a study without any trial has a report") { CHECK_FALSE(text_report(Study{}, {}).empty()); }
}
