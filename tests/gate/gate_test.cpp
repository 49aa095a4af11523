#include "support/gate_fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace sweetspot;
using namespace sweetspot::testing;

TEST_SUITE("gate/gate") {
  TEST_CASE("equal answers pass") {
    const Fixture fixture;
    CHECK(fixture.verdict(fixture.same_answers()).outcome == Outcome::pass);
  }

  TEST_CASE("an interview that ended early on what was then made good is no pass") {
    const Fixture fixture;
    Interview interview = fixture.same_answers();
    interview.end = Interview::End::enough_broken;
    CHECK(fixture.verdict(interview).outcome == Outcome::inconclusive);
  }

  TEST_CASE("a word that the reference would never choose is broken, with expected and observed text") {
    const Fixture fixture;
    Interview interview = fixture.same_answers();
    answer_otherwise(interview, 3, replaced(story, " fox", " vixen"));
    const Verdict verdict = fixture.verdict(interview);
    CHECK(verdict.outcome == Outcome::broken);
    REQUIRE(verdict.evidence);
    CHECK(verdict.evidence->expected.find("fox") != std::string::npos);
    CHECK(verdict.evidence->observed.find("vixen") != std::string::npos);
    REQUIRE(verdict.divergences.size() == 1);
    CHECK(verdict.divergences[0].token == 4);
  }

  TEST_CASE("a near tie is a tie only after re-scoring of what follows") {
    const Fixture fixture(0.2);
    Interview interview = fixture.same_answers();
    answer_otherwise(interview, 3, replaced(story, " fox", " vixen"));
    CHECK(fixture.verdict(interview).outcome == Outcome::inconclusive);
    const std::vector<ScoredText> clean = {scored(12, 1, 0, 0)};
    CHECK(fixture.verdict(interview, &clean).outcome == Outcome::tie);
    const std::vector<ScoredText> damaged = {scored(12, 3, 0, 1)};
    CHECK(fixture.verdict(interview, &damaged).outcome == Outcome::broken);
    const std::vector<ScoredText> grey = {scored(40, 4, 4, 0)};
    CHECK(fixture.verdict(interview, &grey).outcome == Outcome::broken);
  }

  TEST_CASE("the evidence shows what decides: a miscommit before a shorter prompt that is only grey") {
    Fixture fixture(0.2);
    fixture.reference.answers[5].prompt.messages_json += std::string(100, ' ');
    Interview interview = fixture.same_answers();
    for (const std::size_t i : {3, 5}) answer_otherwise(interview, i, replaced(story, " fox", " vixen"));
    std::vector<ScoredText> scores = {scored(12, 1, 1, 0), scored(12, 1, 1, 0), scored(12, 3, 0, 1)};
    scores[0].prompt_id = "prose-3";
    scores[1].prompt_id = scores[2].prompt_id = "prose-5";
    scores[2].worst = Evidence{"prose-5", "a", "b", "the miscommit"};
    const Verdict verdict = fixture.verdict(interview, &scores);
    CHECK(verdict.outcome == Outcome::broken);
    REQUIRE(verdict.evidence);
    CHECK(verdict.evidence->detail == "the miscommit");
  }

  TEST_CASE("a declared-lossy flag may move words, but not make garbage") {
    Fixture fixture;
    fixture.config.values["kv_type_k"] = std::string("q4_0");
    Interview interview = fixture.same_answers();
    answer_otherwise(interview, 3, replaced(story, " fox", " vixen"));
    const std::vector<ScoredText> some = {scored(400, 20, 6, 2)};
    CHECK(fixture.verdict(interview, &some).outcome == Outcome::lossy);
    for (std::size_t i = 0; i < 6; ++i) answer_otherwise(interview, i, "garbage garbage again garbage and again");
    const std::vector<ScoredText> many = {scored(100, 60, 20, 30)};
    CHECK(fixture.verdict(interview, &many).outcome == Outcome::broken);
  }

  TEST_CASE("streamed text that lost words is broken although the plain text is right") {
    const Fixture fixture;
    Interview interview = fixture.same_answers();
    interview.answers[2].streamed.text = replaced(story, " old river", "");
    const Verdict verdict = fixture.verdict(interview);
    CHECK(verdict.outcome == Outcome::broken);
    CHECK(verdict.check == "G5");
  }

  TEST_CASE("text not streamed that lost its last word is broken, though its tokens are listed") {
    const Fixture fixture;
    Interview interview = fixture.same_answers();
    RequestSample& plain = *interview.answers[3].plain;
    plain.text = plain.text.substr(0, plain.text.rfind(' '));
    const Verdict same = fixture.verdict(interview);
    CHECK(same.outcome == Outcome::broken);
    CHECK(same.check == "G4");  // the reference's tokens, and another text

    // An answer that went another way after a near tie has no tokens to compare with but its own.
    const Fixture near(0.01);
    interview = near.same_answers();
    interview.answers[3] = candidate_answer(answer("once there was a vixen who lived near the old river", " fox", 0.01));
    interview.answers[3].reference_index = 3;
    CHECK(near.verdict(interview).outcome != Outcome::broken);
    RequestSample& other = *interview.answers[3].plain;
    other.text = other.text.substr(0, other.text.rfind(' '));
    const Verdict lost = near.verdict(interview);
    CHECK(lost.outcome == Outcome::broken);
    CHECK(lost.check == "G5");
    REQUIRE(lost.evidence);
    CHECK(lost.evidence->detail == "text not streamed lacks what its own tokens say");
  }

  TEST_CASE("the same text with another token count is broken") {
    const Fixture fixture;
    Interview interview = fixture.same_answers();
    interview.answers[2].streamed.usage.completion_tokens = 2 * *interview.answers[2].streamed.usage.completion_tokens;
    CHECK(fixture.verdict(interview).check == "G4");
  }

  TEST_CASE("a prompt that was read shorter than it was sent is broken, whatever the answer") {
    const Fixture fixture;
    Interview interview = fixture.same_answers();
    interview.answers[2].streamed.usage.prompt_tokens = 4;
    CHECK(fixture.verdict(interview).check == "G4");
  }

  TEST_CASE("a total that is not the sum is broken, unless it is the engine's way") {
    Fixture fixture;
    Interview interview = fixture.same_answers();
    Usage& usage = interview.answers[2].streamed.usage;
    usage.total_tokens = *usage.prompt_tokens + *usage.completion_tokens;
    CHECK(fixture.verdict(interview).outcome == Outcome::pass);
    ++*usage.total_tokens;
    const Verdict verdict = fixture.verdict(interview);
    CHECK(verdict.check == "G4");
    REQUIRE(verdict.evidence);
    CHECK(verdict.evidence->expected == std::to_string(*usage.total_tokens - 1) + " tokens");
    CHECK(verdict.evidence->observed == std::to_string(*usage.total_tokens) + " tokens");
    fixture.reference.answers[2].streamed.usage = usage;
    CHECK(fixture.verdict(interview).outcome == Outcome::pass);
  }

  TEST_CASE("a protocol fault is broken") {
    const Fixture fixture;
    Interview interview = fixture.same_answers();
    interview.answers[0].streamed.protocol_faults.push_back("no finish_reason");
    CHECK(fixture.verdict(interview).check == "G3");
  }

  TEST_CASE("a loop beside a reference that loops and gets out of it is left to the scores, where there are any") {
    std::string loop = "once there was a fox";
    for (int i = 0; i < 40; ++i) loop += " and she was fond";
    Fixture fixture;
    fixture.config.values["kv_type_k"] = std::string("q4_0");
    fixture.reference.answers[0] = reference_answer("prose-0", answer(loop + " of supper", " and", 0.1));
    Interview interview = fixture.same_answers();
    interview.answers[0] = candidate_answer(answer(loop + " and she was"));
    const std::vector<ScoredText> scores{scored(4, 1, 0, 0)};
    CHECK(fixture.verdict(interview, &scores).outcome == Outcome::tie);
    CHECK(fixture.verdict(interview).outcome == Outcome::inconclusive);
    SUBCASE("not without token ids") {
      fixture.reference.answers[0].prompt_tokens.clear();
      CHECK(fixture.verdict(interview, &scores).check == "G9");
    }
    SUBCASE("not beyond what is scored") {
      std::string long_loop = loop;
      for (int i = 0; i < 120; ++i) long_loop += " and she was fond";
      RequestSample cut = answer(long_loop);
      cut.finish_reason = "length";
      fixture.reference.answers[0].prompt.max_tokens = static_cast<int>(*cut.usage.completion_tokens);
      interview.answers[0] = candidate_answer(cut);
      CHECK(fixture.verdict(interview, &scores).check == "G9");
    }
    SUBCASE("not beside a reference that never looped") {
      fixture.reference.answers[0] = reference_answer("prose-0", answer(story));
      CHECK(fixture.verdict(interview, &scores).check == "G9");
    }
  }

  TEST_CASE("a cache that is far from the model is broken, one that is beyond the limit is not taken, one that is near stays") {
    Fixture fixture;
    fixture.config.values["kv_type_k"] = std::string("q4_0");
    Interview interview = fixture.same_answers();
    const auto verdict_at = [&](double kld) {
      GateContext context{fixture.engine, fixture.reference, fixture.parameters, fixture.config, {}, Tier::quick};
      context.quality = Quality{.positions = 256, .mean_kld = kld, .same_top_rate = 0.9, .texts = {}};
      return judged(context, interview, nullptr);
    };
    CHECK(verdict_at(0.001).outcome == Outcome::pass);
    CHECK(verdict_at(0.02).outcome == Outcome::lossy);
    CHECK(verdict_at(0.02).check == "G12");
    CHECK(verdict_at(0.02).beyond_limit);
    CHECK(verdict_at(0.2).outcome == Outcome::broken);
    CHECK(verdict_at(0.2).evidence->prompt_id.empty());
    answer_otherwise(interview, 3, replaced(story, " fox", " vixen"));  // the figure comes with the text that shows it
    CHECK(verdict_at(0.2).check == "G12");
    CHECK(verdict_at(0.2).evidence->prompt_id == "prose-3");
    CHECK(verdict_at(0.2).evidence->observed.find("vixen") != std::string::npos);
  }

  TEST_CASE("a declared-lossy flag that loses right answers is broken, one lost answer may be chance") {
    Fixture fixture;
    fixture.config.values["kv_type_k"] = std::string("q4_0");
    for (ReferenceAnswer& known : fixture.reference.answers) known.prompt.expect.contains = {"supper"};
    Interview interview = fixture.same_answers();
    const auto lose = [&](std::size_t index) { interview.answers[index].streamed.text = replaced(story, "supper", "dinner!"); };
    const std::vector<ScoredText> scores = {scored(400, 5, 0, 0)};
    const auto lost_check = [&] {
      for (const CheckResult& check : fixture.verdict(interview, &scores).checks) {
        if (check.id == "G12") return check.outcome == Outcome::broken;
      }
      return false;
    };
    for (CandidateAnswer& answer : interview.answers) answer.plain.reset();
    lose(0);
    CHECK_FALSE(lost_check());
    for (std::size_t i = 1; i < 5; ++i) lose(i);
    CHECK(lost_check());
  }

  TEST_CASE("drawing from another distribution is broken though every greedy text is equal") {
    const Fixture fixture;
    const Interview interview = fixture.same_answers();
    GateContext context{fixture.engine, fixture.reference, fixture.parameters, fixture.config, {}, Tier::standard};
    context.sampling = {true, std::nullopt, "as the reference"};
    CHECK(judged(context, interview, nullptr).outcome == Outcome::pass);
    context.sampling = {false, std::nullopt, "sampled answers: too slow"};
    CHECK(judged(context, interview, nullptr).not_verified.back() == "sampled answers: too slow");
    context.sampling.asked = true;
    context.sampling.fault = Evidence{"prose-0", "9 beginnings", "1 beginning", "another distribution"};
    CHECK(judged(context, interview, nullptr).check == "G15");
  }

  TEST_CASE("answers that were hardly given beside one another prove nothing about company") {
    const Fixture fixture;
    Interview interview = fixture.same_answers();
    interview.never_met = true;
    const auto unproven = fixture.verdict(interview).not_verified;
    CHECK(std::ranges::find(unproven, "beside other requests: the answers hardly met") != unproven.end());
  }

  TEST_CASE("without log probabilities a text may differ as often as other kernels change it, and no known answer may be lost") {
    Fixture fixture;
    fixture.reference.has_logprobs = false;
    for (ReferenceAnswer& answer : fixture.reference.answers) answer.plain.tokens.clear();
    Interview interview = fixture.same_answers();
    CHECK(fixture.verdict(interview).outcome == Outcome::pass);
    CHECK_FALSE(fixture.verdict(interview).not_verified.empty());
    for (const std::size_t i : {2U, 5U}) {
      interview.answers[i].streamed.text = replaced(story, " fox", " vixen");
      interview.answers[i].plain->text = interview.answers[i].streamed.text;
    }
    CHECK(fixture.verdict(interview).outcome == Outcome::inconclusive);
    fixture.reference.self_difference = 0.2;
    CHECK(fixture.verdict(interview).outcome == Outcome::tie);
    fixture.reference.answers[2].prompt.expect.contains = {"fox"};
    CHECK(fixture.verdict(interview).outcome == Outcome::inconclusive);
  }

  TEST_CASE("finish_reason stop beside calls is broken where plain decoding says tool_calls") {
    Fixture fixture;
    ReferenceAnswer& reference = fixture.reference.answers[0];
    const ToolCall call{0, "id1", "function", "look", "{}"};
    reference.prompt.tools_json =
        R"([{"type":"function","function":{"name":"look","parameters":{"type":"object","properties":{}}}}])";
    for (RequestSample* sample : {&reference.streamed, &reference.plain}) {
      sample->calls = {call};
      sample->finish_reason = "tool_calls";
    }
    Interview interview = fixture.same_answers();
    interview.answers[0].streamed.finish_reason = "stop";
    CHECK(fixture.verdict(interview).check == "G3");
  }

  TEST_CASE("a first piece that holds much of the answer is broken, large pieces throughout are not") {
    const Fixture fixture;
    const auto streamed = [](std::int64_t first, std::int64_t rest) {
      std::vector<ChunkArrival> chunks = {{10, first}};
      for (int i = 0; i < 12; ++i) chunks.push_back({20.0 + i, rest});
      return chunks;
    };
    Interview interview = fixture.same_answers();
    interview.answers[0].streamed.chunks = streamed(200, 4);
    CHECK(fixture.verdict(interview).check == "G4");
    interview.answers[0].streamed.chunks = streamed(200, 150);
    CHECK(fixture.verdict(interview).outcome == Outcome::pass);
  }

  TEST_CASE("the text around tool calls arrives as one, and nothing of it is lost") {
    const auto sound = [](const std::string& text, std::size_t calls) {
      Prompt prompt;
      prompt.id = "tools";
      RequestSample sample = answer("<think> Two. </think> First <call> a </call> then <call> b </call> end");
      sample.text = text;
      sample.reasoning = " Two.";
      sample.calls.resize(calls);
      return !check_alone(prompt, sample);
    };
    CHECK(sound(" First then end", 2));
    CHECK_FALSE(sound(" First then end", 1));
    CHECK_FALSE(sound(" First end then", 2));
    CHECK_FALSE(sound(" First then and end", 2));
    CHECK(sound(" end", 0));
    CHECK_FALSE(sound(" First end", 0));
  }

  TEST_CASE("by itself an answer shows broken bytes, what else is odd in it may be the model's own") {
    Prompt prompt;
    prompt.id = "timed";
    const auto fault = [&](const std::string& text, std::int64_t tokens) {
      RequestSample sample = answer("a");
      sample.tokens.clear();
      sample.text = text;
      sample.usage.completion_tokens = tokens;
      const auto found = check_alone(prompt, sample);
      return found ? found->detail : "";
    };
    CHECK(fault("A sound answer.", 4) == "");
    CHECK(fault("broken \xC3", 4) == "invalid UTF-8 in the answer");
    CHECK(fault("", 9) == "");  // a weak model's own ways
    CHECK(fault("<tool_call>{", 6) == "");
    CHECK(fault("<|im_end|> and on", 6) == "");
    std::string loop;
    for (int i = 0; i < 200; ++i) loop += "na ";
    CHECK(fault(loop, 200) == "");
  }

  TEST_CASE("what stands far back in a long prompt must be found, also by a lossy cache") {
    Fixture fixture;
    fixture.config.values["kv_type_k"] = std::string("q4_0");
    fixture.reference.answers[0].prompt.prompt_class = "depth";
    fixture.reference.answers[0].prompt.expect.contains = {"river"};
    Interview interview = fixture.same_answers();
    answer_otherwise(interview, 0, replaced(story, "river", "bridge"));
    CHECK(fixture.verdict(interview).check == "G11");
  }

  TEST_CASE("a trap caps the verdict, and a flag that did not act makes it inconclusive") {
    Fixture fixture;
    Condition trap;
    trap.parameter = "batch";
    trap.op = Condition::Op::not_equal;
    trap.value = std::string("default");
    fixture.config.values["batch"] = std::int64_t{7};
    SUBCASE("trap") {
      fixture.engine.traps.push_back({{trap}, "lossy", "accepts unverified tokens", "its help"});
      CHECK(fixture.verdict(fixture.same_answers()).outcome == Outcome::lossy);
    }
    SUBCASE("not engaged") {
      Engagement engaged;
      engaged.when = {trap};
      engaged.kind = "draft_n";
      engaged.detail = "nothing was drafted";
      fixture.engine.engaged.push_back(engaged);
      CHECK(fixture.verdict(fixture.same_answers()).outcome == Outcome::inconclusive);
    }
  }
}
