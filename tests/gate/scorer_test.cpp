#include "gate/scorer.hpp"

#include "gate/gate.hpp"
#include "support/answers.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sweetspot;
using namespace sweetspot::testing;

namespace {

const std::string story = "once there was a fox who lived near the old river and was never late for supper";
const std::string changed = "once there was a vixen who lived near the old river and was never late for supper";

/// An engine without log probabilities, and another one that sees " vixen" `margin` nat behind " fox".
struct Fixture {
  EngineDescriptor engine;
  Reference reference;
  Scorer scorer;

  explicit Fixture(double margin) {
    engine.protocol.usage_pointer = "/usage";
    engine.protocol.timings_pointer = "/timings";
    reference.tie_margin = 0.5;
    scorer.name = "other-engine";
    scorer.opinion.has_logprobs = true;
    scorer.opinion.tie_margin = 0.5;
    scorer.opinion.near_tie_share = 0.02;
    for (int i = 0; i < 10; ++i) {
      ReferenceAnswer scored = reference_answer("prose-" + std::to_string(i), answer(story, " vixen", margin));
      ReferenceAnswer mute = scored;
      mute.plain.tokens.clear();
      mute.prompt_tokens.clear();
      scorer.opinion.answers.push_back(scored);
      reference.answers.push_back(mute);
    }
  }

  Interview answers(const std::string& first) const {
    Interview interview;
    for (std::size_t i = 0; i < reference.answers.size(); ++i) {
      RequestSample sample = answer(i == 0 ? first : story);
      sample.tokens.clear();
      interview.answers.push_back(candidate_answer(sample));
      interview.answers.back().reference_index = i;
    }
    return interview;
  }

  Verdict verdict(const Interview& interview, const Rescored& figures) const {
    const std::vector<ScoredText> scores = {{"prose-0", figures, Evidence{"prose-0", " fox", " vixen", "margin"}}};
    GateContext context{engine, reference, {}, {}, {}, Tier::quick};
    context.scorer = &scorer;
    return judged(context, interview, &scores);
  }
};

bool holds(const std::vector<std::string>& texts, const std::string& part) {
  return std::any_of(texts.begin(), texts.end(), [&](const std::string& text) { return text.find(part) != std::string::npos; });
}

}  // namespace

TEST_SUITE("gate/scorer") {
  TEST_CASE("every text that differs is one of its own, and the other engine's token ids are left out") {
    const Fixture fixture(0.2);
    Interview interview = fixture.answers(changed);
    interview.answers[0].plain = answer("nothing of the kind");
    interview.answers[1].plain = answer(changed);
    const auto texts = differing_texts(fixture.reference, interview.answers);
    REQUIRE(texts.size() == 3);
    CHECK(texts[0].streamed.text == changed);
    CHECK(texts[1].streamed.text == "nothing of the kind");
    CHECK(texts[2].reference_index == 1);
    for (const CandidateAnswer& text : texts) CHECK_FALSE(text.plain);
    CHECK(differing_texts(fixture.reference, fixture.answers(story).answers).empty());
  }

  TEST_CASE("a text is placed where it leaves the scorer's own, and agrees where it does not") {
    Fixture fixture(0.2);
    const auto class_of = [](const Fixture& at, const std::string& text) {
      return scored_divergences(at.scorer, differing_texts(at.reference, at.answers(text).answers)).at(0).classification;
    };
    CHECK(class_of(fixture, changed) == "tie");
    CHECK(class_of(Fixture(8), changed) == "miscommit");
    fixture.scorer.opinion.answers[0].plain = answer(changed);
    CHECK(class_of(fixture, changed) == "agree");
  }

  TEST_CASE("scores of another engine decide by the full rules, and the check names it") {
    const Fixture fixture(0.2);
    const Interview interview = fixture.answers(changed);
    const Verdict tie = fixture.verdict(interview, {12, 1, 0, 0, 0.2});
    CHECK(tie.outcome == Outcome::tie);
    CHECK(tie.check == "G7");
    CHECK(tie.detail.find("scored by other-engine") != std::string::npos);
    CHECK_FALSE(holds(tie.not_verified, "not scored"));
    const Verdict broken = fixture.verdict(interview, {12, 3, 0, 1, 5});
    CHECK(broken.outcome == Outcome::broken);
    CHECK(broken.check == "G7");
    CHECK(broken.evidence);
  }

  TEST_CASE("a candidate that says what the scorer says and the reference does not is a tie, no pass") {
    Fixture fixture(0.2);
    fixture.scorer.opinion.answers[0].plain = answer(changed);
    CHECK(fixture.verdict(fixture.answers(changed), {}).outcome == Outcome::tie);
  }

  TEST_CASE("how often near ties may flip is known from the scorer alone") {
    Fixture fixture(0.2);
    const Interview interview = fixture.answers(changed);
    CHECK(fixture.verdict(interview, {40, 5, 0, 0, 0.2}).outcome == Outcome::tie);
    fixture.scorer.opinion.near_tie_share = 0.001;
    CHECK(fixture.verdict(interview, {40, 5, 0, 0, 0.2}).outcome == Outcome::broken);
  }

  TEST_CASE("why another engine gave no scores is told, and the band decides") {
    const Fixture fixture(0.2);
    GateContext context{fixture.engine, fixture.reference, {}, {}, {}, Tier::quick};
    context.unscored = "other-engine: it did not start";
    const Verdict verdict = judged(context, fixture.answers(changed), nullptr);
    CHECK(verdict.outcome == Outcome::inconclusive);
    CHECK(holds(verdict.not_verified, "not scored by other-engine: it did not start"));
  }

  TEST_CASE("what differs when asked again, or streamed, is no fault where it is a near tie to the scorer") {
    const auto outcome_of = [](const Fixture& fixture, const Interview& interview, const Scorer* scorer) {
      const std::vector<ScoredText> scores = {{"prose-0", {12, 1, 0, 0, 0.2}, std::nullopt}};
      GateContext context{fixture.engine, fixture.reference, {}, {}, {}, Tier::quick};
      context.scorer = scorer;
      return judged(context, interview, scorer != nullptr ? &scores : nullptr);
    };
    const Fixture near(0.2);
    const Fixture far(8);
    Interview again = near.answers(story);
    CandidateAnswer other = near.answers(changed).answers[0];
    other.plain.reset();
    again.state.push_back({other, "asked again at the end"});
    Interview streamed = near.answers(story);
    streamed.answers[0].streamed.text = changed;
    for (const auto& [interview, check] : {std::pair{again, "G10"}, std::pair{streamed, "G5"}}) {
      const Verdict alone = outcome_of(near, interview, nullptr);
      CHECK(alone.check == check);
      CHECK(unexplained(near.reference, alone));
      CHECK(outcome_of(near, interview, &near.scorer).outcome == Outcome::tie);
      CHECK(outcome_of(far, interview, &far.scorer).check == check);
    }
    streamed.end = Interview::End::enough_broken;
    CHECK(outcome_of(near, streamed, &near.scorer).outcome == Outcome::inconclusive);
  }

  TEST_CASE("a text whose end could not be scored is told") {
    const Fixture fixture(0.2);
    std::vector<ScoredText> scores = {{"prose-0", {12, 1, 0, 0, 0.2}, std::nullopt, Unscored::character}};
    GateContext context{fixture.engine, fixture.reference, {}, {}, {}, Tier::quick};
    context.scorer = &fixture.scorer;
    CHECK(holds(judged(context, fixture.answers(changed), &scores).not_verified, "scored only up to"));
    scores.front() = {"prose-0", {320, 1, 0, 0, 0.2}, std::nullopt, Unscored::length};
    const auto missing = judged(context, fixture.answers(changed), &scores).not_verified;
    CHECK(holds(missing, "1 texts are scored only in the 320 tokens after they differ"));
    CHECK_FALSE(holds(missing, "texts beyond"));
    scores.front() = {"prose-0", {4096, 1, 0, 0, 0.2}, std::nullopt, Unscored::nothing};
    CHECK_FALSE(holds(judged(context, fixture.answers(changed), &scores).not_verified, "texts beyond"));  // they were the last
    scores.push_back({"prose-1", {}, std::nullopt, Unscored::in_all});
    CHECK(holds(judged(context, fixture.answers(changed), &scores).not_verified, "texts beyond the first 4096 scored tokens"));
  }

  TEST_CASE("a prompt that the scorer does not answer is named") {
    Fixture fixture(0.2);
    const auto texts = differing_texts(fixture.reference, fixture.answers(changed).answers);
    CHECK(unknown_prompt(fixture.scorer, texts).empty());
    fixture.scorer.opinion.answers[0].prompt_tokens.clear();
    CHECK(unknown_prompt(fixture.scorer, texts) == "prose-0");
    REQUIRE(scored_divergences(fixture.scorer, texts).size() == 1);
    // An asked form is filled in by each engine's grammar as it likes.
    for (Reference* reference : {&fixture.reference, &fixture.scorer.opinion})
      reference->answers[0].prompt.extra_json = R"({"response_format": {"type": "json_object"}})";
    CHECK(unknown_prompt(fixture.scorer, texts).empty());
    CHECK(scored_divergences(fixture.scorer, texts).empty());
  }
}
