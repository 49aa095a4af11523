#include "support/gate_fixture.hpp"

#include <doctest/doctest.h>

// G10: prompts once more, in another state of the server.

using namespace sweetspot;
using namespace sweetspot::testing;

TEST_SUITE("gate/state") {
  TEST_CASE("damage that comes with the third request is seen when prompts are asked again") {
    const Fixture fixture;
    Interview interview = fixture.same_answers();
    CandidateAnswer replay = candidate_answer(answer(replaced(story, " fox", " vixen")));
    replay.plain.reset();
    interview.state.push_back({replay, "asked again at the end"});
    CHECK(fixture.verdict(interview).check == "G10");
  }

  TEST_CASE("an answer asked again has its reason to end and its counts as before") {
    const Fixture fixture;
    Interview interview = fixture.same_answers();
    CandidateAnswer replay = candidate_answer(answer(story));
    replay.plain.reset();
    SUBCASE("the reason") { replay.streamed.finish_reason = "length"; }
    SUBCASE("the tokens of the answer") { *replay.streamed.usage.completion_tokens += 1; }
    SUBCASE("the tokens of the prompt") { *replay.streamed.usage.prompt_tokens += 7; }
    SUBCASE("the type of a call") {
      replay.streamed.calls.push_back({0, "a", "tool", "weather", "{}"});
      interview.answers[0].streamed.calls.push_back({0, "a", "function", "weather", "{}"});
    }
    interview.state.push_back({replay, "asked again at the end"});
    CHECK(fixture.verdict(interview).outcome == Outcome::broken);
  }

  TEST_CASE("an answer asked again, not streamed, is held against the one that was not streamed") {
    const Fixture fixture;
    Interview interview = fixture.same_answers();
    interview.answers[0].streamed.usage.completion_tokens = 7;  // of the streamed one alone
    CandidateAnswer replay = candidate_answer(answer(story));
    replay.streamed.streamed = false;
    replay.plain.reset();
    interview.state.push_back({replay, "asked again, not streamed"});
    CHECK_FALSE(state_fault(fixture.reference, fixture.reference, interview, Strictness::exact));
    interview.state[0].answer.streamed.text = replaced(story, " fox", " vixen");
    CHECK(state_fault(fixture.reference, fixture.reference, interview, Strictness::exact));
  }

  TEST_CASE("an answer asked again that leaves at a near tie may come to repeat itself, one that leaves elsewhere may not") {
    std::string loop = "once there was a vixen";
    for (int i = 0; i < 40; ++i) loop += " and she was fond";
    for (const double margin : {0.2, 8.0}) {
      Fixture fixture(margin);
      Interview interview = fixture.same_answers();
      RequestSample again = answer(loop);
      again.finish_reason = "length";
      fixture.reference.answers[0].prompt.max_tokens = static_cast<int>(*again.usage.completion_tokens);
      CandidateAnswer replay = candidate_answer(again);
      replay.plain.reset();
      interview.state.push_back({replay, "after a cancelled answer"});
      CAPTURE(margin);
      CHECK((fixture.verdict(interview).check == "G10") == (margin > 1));
    }
  }
}
