#include "run/reverified.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>

using namespace sweetspot;

namespace {

Trial named(std::int64_t a) {
  Trial trial;
  trial.config.values = {{"a", a}};
  return trial;
}

/// A study whose winner gained so much in ten blocks, with this deviation from block to block.
Study with_winner(double ratio, double deviation) {
  Study study;
  study.trials = {named(0), named(1)};
  study.baseline = study.trials[0].config;
  for (int block = 0; block < 10; ++block) {
    const double log = std::log(ratio) + (block % 2 == 0 ? deviation : -deviation);
    for (Trial& trial : study.trials) {
      for (int visit = 0; visit < 2; ++visit) {
        trial.visits.emplace_back();
        trial.visits.back().phase = Phase::confirm;
        trial.visits.back().block = block;
        trial.visits.back().measurement.score_s = trial.config == study.baseline ? 10 * std::exp(log) : 10;
      }
    }
  }
  study.recommendation.kind = RecommendationKind::improvement;
  study.recommendation.config = study.trials[1].config;
  study.recommendation.gain = Gain{ratio, ratio * std::exp(-deviation), ratio * std::exp(deviation), 0.95};
  return study;
}

/// Both sides right, one block with this ratio.
CompareReport compared(double ratio, Outcome outcome = Outcome::pass) {
  CompareReport report;
  report.a.verdict = Verdict{};
  report.a.verdict->outcome = Outcome::pass;
  report.b.verdict = Verdict{};
  report.b.verdict->outcome = outcome;
  report.b.verdict->detail = "as the reference";
  report.decision = decide({std::log(ratio)});
  return report;
}

Reverification judged(const Study& saved, const CompareReport& now, const std::string& goal = "decode") {
  StudySettings settings;
  settings.goal = find_goal(goal);
  Reverification again;
  judge_winner(saved, settings, now, again);
  return again;
}

bool holds(const Reverification& again) { return again.holds && again.resolved; }
bool is_open(const Reverification& again) { return again.holds && !again.resolved; }
bool is_lost(const Reverification& again) { return !again.holds && again.resolved; }

}  // namespace

TEST_SUITE("run/reverified") {
  TEST_CASE("a gain holds where one block shows it, is lost where the block shows less, and is open between") {
    const Study clear = with_winner(1.3, 0.02);
    CHECK(holds(judged(clear, compared(1.28))));
    CHECK(is_lost(judged(clear, compared(1.10))));
    CHECK(judged(clear, compared(1.10)).detail.find("slower now") != std::string::npos);
    const Study slight = with_winner(1.05, 0.05);
    CHECK(is_open(judged(slight, compared(1.05))));
    CHECK(is_open(judged(slight, compared(0.97))));
    CHECK(is_lost(judged(slight, compared(0.85))));
    CHECK(judged(slight, compared(0.85)).ratio == doctest::Approx(0.85));
  }

  TEST_CASE("what was not timed is not resolved") {
    CompareReport untimed = compared(1.3);
    untimed.decision = {};
    const Reverification again = judged(with_winner(1.3, 0.02), untimed);
    CHECK(is_open(again));
    CHECK_FALSE(again.ratio.has_value());
    CHECK(answer_text(again).starts_with("not resolved"));
  }

  TEST_CASE("another output does not hold however fast, and one that could not be checked is not resolved") {
    const Study saved = with_winner(1.3, 0.02);
    CHECK(is_lost(judged(saved, compared(1.3, Outcome::broken))));
    CHECK(is_lost(judged(saved, compared(1.3, Outcome::lossy))));
    const Reverification unchecked = judged(saved, compared(1.3, Outcome::inconclusive));
    CHECK_FALSE(unchecked.holds);
    CHECK_FALSE(unchecked.resolved);
    CompareReport crashed = compared(1.3);
    crashed.b.failure = Failure{FailureKind::crashed, "ended by signal 11", ""};
    CHECK(is_lost(judged(saved, crashed)));
    CHECK(judged(saved, crashed).detail == "ended by signal 11");
  }

  TEST_CASE("a winner that is lossy holds as long as it was taken as such and stays within the limit") {
    Study saved = with_winner(1.3, 0.02);
    saved.recommendation.verdict = Verdict{};
    saved.recommendation.verdict->outcome = Outcome::lossy;
    CompareReport now = compared(1.3, Outcome::lossy);
    CHECK(holds(judged(saved, now)));
    now.b.verdict->beyond_limit = true;
    CHECK(is_lost(judged(saved, now)));
  }

  TEST_CASE("where the default itself is of no use the winner's gain is not resolved, and the default's fault is told") {
    CompareReport now = compared(1.3);
    now.a.failure = Failure{FailureKind::crashed, "ended by signal 9", ""};
    now.decision = {};
    const Reverification again = judged(with_winner(1.3, 0.02), now);
    CHECK(is_open(again));
    CHECK(again.detail.find("the default itself: ended by signal 9") != std::string::npos);
  }

  TEST_CASE("a winner for memory must still take less of it, and may be a little slower") {
    const Study saved = with_winner(0.98, 0.01);
    CompareReport now = compared(0.97);
    now.a.measurement = now.b.measurement = Measurement{};
    now.a.measurement->memory_bytes_peak = 2000;
    now.b.measurement->memory_bytes_peak = 1500;
    CHECK(holds(judged(saved, now, "memory")));
    CHECK(judged(saved, now, "memory").detail.find("25.0 % less memory") != std::string::npos);
    now.b.measurement->memory_bytes_peak = 1990;
    CHECK(is_lost(judged(saved, now, "memory")));
    now.b.measurement->memory_bytes_peak.reset();
    CHECK(is_open(judged(saved, now, "memory")));
  }

  TEST_CASE("what a build does not take any more is kept as a refusal") {
    Reverification again;
    judge_refused("llama-server b3 has no flag for draft_depth", again);
    CHECK(is_lost(again));
    CHECK(again.detail == "llama-server b3 has no flag for draft_depth");
    CHECK(answer_text(again).starts_with("it no longer holds"));
  }

  TEST_CASE("a default that was kept holds while it is right") {
    Reverification again;
    Verdict verdict;
    verdict.outcome = Outcome::tie;
    judge_default(verdict, again);
    CHECK(holds(again));
    verdict.outcome = Outcome::inconclusive;
    judge_default(verdict, again);
    CHECK_FALSE(again.holds);
    CHECK_FALSE(again.resolved);
  }
}
