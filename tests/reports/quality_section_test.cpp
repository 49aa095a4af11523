#include "reports/quality_section.hpp"

#include "reports/report.hpp"

#include "support/golden.hpp"
#include "support/study_fixture.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace sweetspot;

namespace {

Trial graded(const std::string& file, Outcome outcome, double score_s, double kld) {
  Trial trial = fixture::trial(file, fixture::config({{"model", file}}));
  trial.verdict = fixture::verdict(outcome, "G12", "graded");
  trial.verdict->quality = Quality{.positions = 256,
                                   .mean_kld = kld,
                                   .same_top_rate = 1 - kld,
                                   .perplexity = 1.4 + kld,
                                   .reference_perplexity = 1.398,
                                   .texts = {}};
  trial.verdict->beyond_limit = kld > 0.011;
  trial.measurement = fixture::measurement(score_s, 20, 20, 20);
  trial.measurement->memory_bytes_peak = static_cast<std::int64_t>(score_s) << 20;
  return trial;
}

/// Three files beside the default, with --allow-lossy: nothing is rejected.
Study sweep() {
  Study study = fixture::improvement();
  study.trials.resize(1);
  study.rejected.clear();
  study.trials.push_back(graded("Q4_0.gguf", Outcome::lossy, 60, 0.0213));
  study.trials.push_back(graded("Q8_0.gguf", Outcome::tie, 90, 0.0004));
  study.trials.push_back(graded("IQ1_S.gguf", Outcome::broken, 50, 0.7));
  study.trials.back().measurement.reset();
  study.baseline.values["model"] = study.trials[0].config.values["model"] = "F16.gguf";
  study.pareto = {"0001", "Q8_0.gguf"};
  study.pareto_lossy = {"Q4_0.gguf"};
  return study;
}

bool in_order(const std::string& text, const std::vector<std::string>& parts) {
  std::size_t at = 0;
  for (const std::string& part : parts) {
    at = text.find(part, at);
    if (at == std::string::npos) return false;
  }
  return true;
}

}  // namespace

TEST_SUITE("reports/quality_section") {
  TEST_CASE("golden: files of one model, the least changed first, whatever was rejected") {
    const auto text = quality_section(sweep());
    CHECK(text == fixture::golden("report-quality.txt", text));
    CHECK(in_order(text, {"default (model=F16.gguf)", "Q8_0", "Q4_0", "IQ1_S"}));
  }

  TEST_CASE("figures that were taken on the user's own prompts say so") {
    Study study = sweep();
    const std::string own = "on the reference's answers to your prompts (--workload)";
    CHECK(quality_section(study).find(own) == std::string::npos);
    study.trials.back().verdict->quality->texts = "workload";
    CHECK(quality_section(study).find(own) != std::string::npos);
    CHECK(quality_markdown(study).find(own) != std::string::npos);
  }

  TEST_CASE("every report holds the figures") {
    const Study study = sweep();
    for (const auto& format : report_formats()) {
      const auto text = format.study(study, {});
      CAPTURE(format.name);
      CHECK(text.find("0.0213") != std::string::npos);
      CHECK(text.find("0.0004") != std::string::npos);
    }
    CHECK(in_order(quality_markdown(study),
                   {"| default (model=F16.gguf) | 1.00x* |", "| 0.000400 |", "| 0.021300 |", "| lossy, more than"}));
  }

  TEST_CASE("the speed is the one that is told elsewhere: of a rejected one, of the concluded study") {
    Study study = sweep();
    study.trials[2].speed_ratio = 1.3;
    study.rejected.emplace_back();
    study.rejected.back().config = study.trials.back().config;
    study.rejected.back().speed_ratio = 2.9;
    CHECK(
        in_order(quality_section(study), {"model=Q8_0.gguf", "1.30x", "model=Q4_0.gguf", "2.18x", "model=IQ1_S.gguf", "2.90x"}));
  }

  TEST_CASE("nothing is said where nothing was graded") {
    CHECK(quality_section(fixture::improvement()).empty());
    CHECK(quality_markdown(fixture::improvement()).empty());
  }

  TEST_CASE("of many only the default and the front are shown, and how many more there are") {
    Study study = sweep();
    for (int i = 0; i < 9; ++i) study.trials.push_back(graded("more" + std::to_string(i), Outcome::tie, 100, 0.001));
    const auto text = quality_section(study);
    CHECK(in_order(text, {"default", "Q8_0", "Q4_0", "and 10 more: sweetspot show"}));
    CHECK(text.find("more3") == std::string::npos);
    CHECK(quality_markdown(study).find("more3") != std::string::npos);
  }
}
