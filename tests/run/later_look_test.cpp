#include "run/later_look.hpp"

#include "gate/gate.hpp"

#include <doctest/doctest.h>

using namespace sweetspot;

namespace {

Verdict verdict(Outcome outcome, const std::string& detail = "", std::int64_t prompts = 10) {
  Verdict made;
  made.outcome = outcome;
  made.check = "G6";
  made.detail = detail;
  made.prompts_compared = prompts;
  made.tokens_compared = 100 * prompts;
  made.requests = 2 * prompts;
  return made;
}

Verdict out_of_time() {
  Verdict made = verdict(Outcome::inconclusive, "time", 3);
  made.not_verified.emplace_back(cut_short);
  return made;
}

}  // namespace

TEST_SUITE("run/later_look") {
  TEST_CASE("the worst of several looks holds, and one that told nothing gives way") {
    const auto outcome = [](Outcome before, Outcome later) {
      return with_later_look(verdict(before), verdict(later), Tier::standard).outcome;
    };
    CHECK(outcome(Outcome::pass, Outcome::tie) == Outcome::tie);
    CHECK(outcome(Outcome::tie, Outcome::pass) == Outcome::tie);
    CHECK(outcome(Outcome::broken, Outcome::pass) == Outcome::broken);
    CHECK(outcome(Outcome::pass, Outcome::broken) == Outcome::broken);
    CHECK(outcome(Outcome::inconclusive, Outcome::pass) == Outcome::pass);
    CHECK(outcome(Outcome::pass, Outcome::inconclusive) == Outcome::inconclusive);
    CHECK(with_later_look(std::nullopt, verdict(Outcome::tie), Tier::quick).outcome == Outcome::tie);
  }

  TEST_CASE("fresh prompts add their counts, whichever of the two is worse") {
    for (const auto& [before, fresh] : {std::pair{Outcome::pass, Outcome::tie}, std::pair{Outcome::tie, Outcome::pass}}) {
      const Verdict both = with_later_look(verdict(before), verdict(fresh, "", 4), Tier::fresh);
      CHECK(both.outcome == Outcome::tie);
      CHECK(both.prompts_compared == 14);
      CHECK(both.tokens_compared == 1400);
      CHECK(both.requests == 28);
      CHECK(both.checks.back().id == "G14");
      CHECK(both.checks.back().outcome == fresh);
    }
  }

  TEST_CASE("what was not verified before is not forgotten when the fresh prompts are worse") {
    Verdict before = verdict(Outcome::pass);
    before.not_verified = {"tool"};
    const Verdict both = with_later_look(before, verdict(Outcome::broken, "a word"), Tier::fresh);
    CHECK(both.outcome == Outcome::broken);
    CHECK(both.detail == "on fresh prompts: a word");
    CHECK(both.not_verified == std::vector<std::string>{"tool"});
  }

  TEST_CASE("fresh prompts that the time ended take nothing from the verdict and are told") {
    const Verdict both = with_later_look(verdict(Outcome::pass), out_of_time(), Tier::fresh);
    CHECK(both.outcome == Outcome::pass);
    CHECK(both.not_verified == std::vector<std::string>{"fresh prompts"});
    CHECK(both.prompts_compared == 13);
  }

  TEST_CASE("fresh prompts that told nothing for another reason leave the verdict open") {
    const Verdict both = with_later_look(verdict(Outcome::pass), verdict(Outcome::inconclusive, "did not act"), Tier::fresh);
    CHECK(both.outcome == Outcome::inconclusive);
    CHECK(both.detail == "on fresh prompts: did not act");
  }

  TEST_CASE("a verdict that waits is known as such, and one that could not be settled is not") {
    const Verdict waiting = waiting_verdict(verdict(Outcome::tie));
    CHECK(waits(waiting));
    Verdict settled = waiting;
    settled.detail = "the reference could not be asked: it does not start";
    CHECK_FALSE(waits(settled));
    CHECK_FALSE(waits(verdict(Outcome::pass)));
  }
}
