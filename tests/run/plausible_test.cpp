#include "run/plausible.hpp"

#include "run/session.hpp"
#include "support/fake_study.hpp"

#include <doctest/doctest.h>

using namespace sweetspot;
using namespace sweetspot::testing;

namespace {

/// A trial whose answers come at `rate` tokens a second.
Trial at_rate(double rate, std::int64_t tokens = 101) {
  RequestSample sample;
  sample.prompt_class = "code";
  sample.usage.completion_tokens = tokens;
  for (std::int64_t i = 0; i < tokens; ++i) sample.chunks.push_back({100 + static_cast<double>(i) * 1000 / rate, 4});
  Trial trial;
  trial.visits.emplace_back();
  trial.visits.back().samples.push_back(sample);
  return trial;
}

Trial drafting(double rate, std::optional<std::int64_t> accepted) {
  Trial trial = at_rate(rate);
  trial.config.values["draft_depth"] = std::int64_t{3};
  trial.changed = trial.config;
  RequestSample& sample = trial.visits.back().samples.back();
  if (accepted) {
    sample.timings.draft_n = 75;
    sample.timings.draft_n_accepted = accepted;
  }
  return trial;
}

}  // namespace

TEST_SUITE("run/plausible") {
  TEST_CASE("a pass gives one token and what was accepted of its drafts, or as much as could have been") {
    CHECK(*passes_per_second(at_rate(100)) == doctest::Approx(100));
    CHECK(*passes_per_second(drafting(200, 51)) == doctest::Approx(200.0 * 50 / 101));
    CHECK(*passes_per_second(drafting(200, std::nullopt)) == doctest::Approx(50));
    Trial unknown = at_rate(100);
    unknown.config.values["spec_type"] = std::string("ngram-simple");
    CHECK_FALSE(passes_per_second(unknown));
    CHECK_FALSE(passes_per_second(at_rate(100, 8)));
  }

  TEST_CASE("more passes than memory allows are impossible, far above what a processor's own measure can be wrong") {
    CHECK_FALSE(impossible_speed(at_rate(100), std::nullopt, nullptr));
    CHECK_FALSE(impossible_speed(at_rate(100), 30, nullptr));
    const auto reason = impossible_speed(at_rate(100), 20, nullptr);
    REQUIRE(reason);
    CHECK(reason->find("100 forward passes a second, and memory allows about 20") != std::string::npos);
  }

  TEST_CASE("drafts make no pass faster than plain decoding: what is more was not counted") {
    const Trial plain = at_rate(100);
    CHECK_FALSE(impossible_speed(drafting(190, 51), std::nullopt, &plain));
    CHECK_FALSE(impossible_speed(at_rate(200), std::nullopt, &plain));  // another build, nothing changed: it may be faster
    CHECK(impossible_speed(drafting(400, 51), std::nullopt, &plain));
    Trial other = at_rate(400);  // another flag may well be faster
    other.changed.values["threads"] = std::int64_t{8};
    CHECK_FALSE(impossible_speed(other, std::nullopt, &plain));
  }

  TEST_CASE("what the default itself reaches is possible, however little bandwidth was seen") {
    const Trial plain = at_rate(100);
    Trial other = at_rate(150);
    other.changed.values["threads"] = std::int64_t{8};
    CHECK(impossible_speed(other, 1, nullptr));
    CHECK_FALSE(impossible_speed(other, 1, &plain));
    other = at_rate(500);
    other.changed.values["threads"] = std::int64_t{8};
    CHECK(impossible_speed(other, 1, &plain));
  }

  TEST_CASE("a file of fewer bytes may be as much faster as it is smaller") {
    const Trial plain = at_rate(100);
    Trial small = at_rate(600);
    small.changed.values["model"] = std::string("Q3");
    CHECK(impossible_speed(small, 100, &plain));
    CHECK_FALSE(impossible_speed(small, 100, &plain, 0.2));
    CHECK_FALSE(impossible_speed(small, std::nullopt, &plain, 0.2));
    CHECK(impossible_speed(at_rate(2100), 100, &plain, 0.2));
    CHECK(impossible_speed(at_rate(300), 100, nullptr, 2));
  }

  TEST_CASE("each file of a study is held against its own bytes, and one whose bytes are not known against nothing") {
    struct Runner final : TrialRunner {
      VisitOutcome visit(const VisitOrder&) override {
        VisitOutcome outcome;
        outcome.verdict = Verdict{};
        outcome.verdict->outcome = Outcome::pass;
        outcome.visit = at_rate(10).visits.back();
        return outcome;
      }
    } runner;
    Study study;
    study.target.machine.memory_bandwidth_bytes_per_s = 1e9;
    study.target.model.bytes_per_token = 500'000'000;
    StudySettings settings;
    settings.goal = find_goal("decode");
    settings.model_bytes_per_token = {{"Q3", 100'000'000}, {"F16", 1'000'000'000}, {"odd", 0}};
    Silent silent;
    const StudyClock clock = [] { return 0.0; };
    StudySession session{study, settings, runner, silent, clock};
    const auto outcome_of = [&](const std::string& model) {
      Trial& trial = session.trial(Config{{{"model", model}}});
      session.visit(trial, Phase::search, Tier::quick);
      return trial.verdict->outcome;
    };
    CHECK(outcome_of("own") == Outcome::error);
    CHECK(outcome_of("Q3") == Outcome::pass);
    CHECK(outcome_of("F16") == Outcome::error);
    CHECK(outcome_of("odd") == Outcome::pass);
  }

  TEST_CASE("a candidate with an impossible speed is an error, the default's is a warning") {
    struct Runner final : TrialRunner {
      VisitOutcome visit(const VisitOrder& order) override {
        VisitOutcome outcome;
        outcome.verdict = Verdict{};
        outcome.verdict->outcome = Outcome::pass;
        outcome.visit = at_rate(order.config.values.empty() ? 100 : 1000).visits.back();
        return outcome;
      }
    } runner;
    Study study;
    study.target.machine.memory_bandwidth_bytes_per_s = 1e9;
    study.target.model.bytes_per_token = 1'000'000'000;
    StudySettings settings;
    settings.goal = find_goal("decode");
    Silent silent;
    const StudyClock clock = [] { return 0.0; };
    StudySession session{study, settings, runner, silent, clock};
    session.visit(session.trial({}), Phase::search, Tier::quick);
    CHECK(study.trials.front().verdict->outcome == Outcome::pass);
    REQUIRE(study.warnings.size() == 1);
    CHECK(study.warnings.front().code == "impossible_speed");
    session.visit(session.trial(Config{{{"threads", std::int64_t{8}}}}), Phase::search, Tier::quick);
    CHECK(study.trials.back().verdict->outcome == Outcome::error);
    CHECK_FALSE(eligible(study.trials.back(), AllowLossy::yes));
  }
}
