#include "core/study.hpp"

#include "core/error.hpp"

#include <doctest/doctest.h>

using namespace sweetspot;

namespace {

Trial measured(Outcome outcome) {
  Trial trial;
  trial.verdict = Verdict{};
  trial.verdict->outcome = outcome;
  trial.measurement = Measurement{};
  trial.measurement->score_s = 12.5;
  return trial;
}

}  // namespace

TEST_SUITE("core/trial") {
  TEST_CASE("only pass and tie are eligible, lossy on request") {
    CHECK(eligible(measured(Outcome::pass), AllowLossy::no));
    CHECK(eligible(measured(Outcome::tie), AllowLossy::no));
    CHECK_FALSE(eligible(measured(Outcome::lossy), AllowLossy::no));
    CHECK(eligible(measured(Outcome::lossy), AllowLossy::yes));
    for (const Outcome bad : {Outcome::broken, Outcome::inconclusive, Outcome::error})
      CHECK_FALSE(eligible(measured(bad), AllowLossy::yes));
  }

  TEST_CASE("a trial that failed, has no verdict or score, or is not as required, is not eligible") {
    Trial failed = measured(Outcome::pass);
    failed.failure = Failure{.kind = FailureKind::crashed, .detail = "", .log_tail = ""};
    CHECK_FALSE(eligible(failed, AllowLossy::yes));
    Trial unseen = measured(Outcome::pass);
    unseen.verdict.reset();
    CHECK_FALSE(eligible(unseen, AllowLossy::yes));
    Trial without_score = measured(Outcome::pass);
    without_score.measurement->score_s.reset();
    CHECK_FALSE(eligible(without_score, AllowLossy::yes));
    Trial beyond_bounds = measured(Outcome::pass);
    beyond_bounds.unmet = "memory_bytes_peak<1G: memory_bytes_peak is 2.00G";
    CHECK_FALSE(eligible(beyond_bounds, AllowLossy::yes));
  }

  TEST_CASE("the words of every enumeration are read back") {
    for (int i = 0; i <= static_cast<int>(FailureKind::interrupted); ++i) {
      CHECK(failure_kind_from(to_string(static_cast<FailureKind>(i))) == static_cast<FailureKind>(i));
    }
    for (int i = 0; i <= static_cast<int>(Outcome::error); ++i) {
      CHECK(outcome_from(to_string(static_cast<Outcome>(i))) == static_cast<Outcome>(i));
    }
    for (int i = 0; i <= static_cast<int>(Phase::depth); ++i)
      CHECK(phase_from(to_string(static_cast<Phase>(i))) == static_cast<Phase>(i));
    CHECK_THROWS_WITH(outcome_from("passed"), "\"passed\" is no outcome");
  }

  TEST_CASE("a machine is shown in one line, whatever is known of it") {
    MachineProfile machine;
    CHECK(display(machine) == "unknown processor");
    machine.cpu = "AMD EPYC";
    machine.cores = 2;
    machine.memory_bytes = 24'300'000'000;
    CHECK(display(machine) == "AMD EPYC, 2 cores, 23 GB");
  }
}
