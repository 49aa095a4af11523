#include "gate/alignment.hpp"
#include "gate/rescore.hpp"

#include "support/answers.hpp"

#include <doctest/doctest.h>

using namespace sweetspot;
using namespace sweetspot::testing;

TEST_SUITE("gate/alignment") {
  TEST_CASE("a token's margin decides between tie, grey and miscommit") {
    TokenRecord token;
    token.top = {{1, "a", -0.1}, {2, "b", -0.5}, {3, "c", -1.6}, {4, "d", -4.0}};
    using Class = TokenJudgement::Class;
    CHECK(judge_token(token, 1, 0.5).classification == Class::agree);
    CHECK(judge_token(token, 2, 0.5).classification == Class::tie);
    CHECK(judge_token(token, 3, 0.5).classification == Class::grey);
    CHECK(judge_token(token, 4, 0.5).classification == Class::miscommit);
    const TokenJudgement outside = judge_token(token, 99, 0.5);
    CHECK(outside.classification == Class::miscommit);
    CHECK_FALSE(outside.margin);
    CHECK(outside.margin_at_least == doctest::Approx(3.9));
  }

  TEST_CASE("text is mapped to the longest alternative that it starts with, and its end to a control token") {
    TokenRecord token;
    token.top = {{1, " the", -0.1}, {2, " a", -0.3}, {3, " apple", -0.4}, {4, "", -6.0}};
    CHECK(*judge_text(token, " apple pie", 0.5).rank == 3);
    CHECK(*judge_text(token, " a pie", 0.5).rank == 2);
    CHECK(judge_text(token, "", 0.5).classification == TokenJudgement::Class::miscommit);
    CHECK_FALSE(judge_text(token, "xyz", 0.5).margin);
    CHECK(*judge_split(token, " apple pie", 0.5).rank == 2);
    CHECK_FALSE(judge_split(token, "xyz", 0.5).margin);
    CHECK_FALSE(judge_split(token, "", 0.5).margin);
  }

  TEST_CASE("the first different byte is found in the token that covers it") {
    const RequestSample reference = answer("the quick brown fox");
    SUBCASE("another word") {
      const auto found = first_text_divergence(reference, answer("the quick brave fox"));
      REQUIRE(found);
      CHECK(found->token == 2);
      CHECK(found->continuation == " brave fox");
    }
    SUBCASE("a missing end") {
      const auto found = first_text_divergence(reference, answer("the quick brown"));
      REQUIRE(found);
      CHECK(found->token == 3);
      CHECK(found->continuation.empty());
    }
    SUBCASE("more than the reference said") {
      const auto found = first_text_divergence(reference, answer("the quick brown fox jumps"));
      REQUIRE(found);
      CHECK(found->token == 4);
      CHECK(found->continuation == " jumps");
    }
    SUBCASE("equal") { CHECK_FALSE(first_text_divergence(reference, reference)); }
  }

  TEST_CASE("a list that lost the end of the text is aligned with what it has") {
    RequestSample reference = answer("<think> a </think> the quick brown fox");
    reference.reasoning = " a";
    reference.text = " the quick brown fox";
    reference.tokens.resize(reference.tokens.size() - 2);  // " fox" and the end
    RequestSample sample = reference;
    SUBCASE("a difference before") {
      sample.text = " the quick grey fox";
      const auto found = first_text_divergence(reference, sample);
      REQUIRE(found);
      CHECK(found->token == 5);
      CHECK(found->continuation == " grey fox");
    }
    SUBCASE("a difference where nothing is listed") {
      sample.text = " the quick brown fowl";
      const auto found = first_text_divergence(reference, sample);
      REQUIRE(found);
      CHECK(found->token == reference.tokens.size());
      CHECK(found->continuation == " fowl");
    }
  }

  TEST_CASE("a text whose likeliest split is a tie is no miscommit before it is re-scored") {
    Reference reference;
    reference.tie_margin = 0.5;
    reference.answers.push_back(reference_answer("prose-0", answer("the quick fox")));
    auto& alternatives = reference.answers.front().plain.tokens[1].top;
    alternatives.push_back({91, " G", alternatives.front().logprob - 0.1});
    CandidateAnswer candidate = candidate_answer(answer("the Gra fox"));
    candidate.plain.reset();
    const auto classification = [&] { return greedy_divergences(reference, {candidate}).front().classification; };
    CHECK(classification() == "tie");
    alternatives.push_back({92, " Gra", alternatives.front().logprob - 7});
    CHECK(classification() == "unknown");
    alternatives.erase(alternatives.end() - 2);
    CHECK(classification() == "miscommit");
  }

  TEST_CASE("a text that left the reference within what both share is judged by what the reference thought of that") {
    RequestSample reference = answer("sum + 1 end");
    TokenRecord one = reference.tokens[2];
    reference.tokens[2] = {50, " ", -0.6, {{50, " ", -0.6}, {51, " i", -0.7}}};
    one.bytes = "1";
    one.top = {{52, "1", -0.01}, {53, "7", -8}};
    reference.tokens.insert(reference.tokens.begin() + 3, one);
    const auto judged = [&] {
      const auto divergence = first_text_divergence(reference, answer("sum + i end"));
      REQUIRE(divergence);
      CHECK(divergence->token == 3);
      return judge_divergence(reference, *divergence, 0.5);
    };
    CHECK(judged().classification == TokenJudgement::Class::tie);
    reference.tokens[2].top[1].logprob = -7;
    CHECK(judged().classification == TokenJudgement::Class::miscommit);
    reference.tokens[1].top.push_back({54, " + i", -0.2});
    CHECK(judged().classification == TokenJudgement::Class::tie);
  }

  TEST_CASE("tokens of a tool call begin after the last text") {
    RequestSample sample = answer("I will look <call> {} </call>");
    sample.text = "I will look";
    CHECK(first_call_token(sample) == sample.tokens.size());
    sample.calls.push_back({0, "id", "function", "look", "{}"});
    CHECK(first_call_token(sample) == 3);
  }

  TEST_CASE("behind thoughts that differ comes the answer, with the markup between as the reference wrote it") {
    RequestSample reference = answer("<think> a b </think> the end");
    reference.reasoning = " a b";
    reference.text = " the end";
    RequestSample sample = reference;
    sample.reasoning = " a c";
    sample.text = " another end";
    const auto found = first_text_divergence(reference, sample);
    REQUIRE(found);
    CHECK(found->token == 2);
    CHECK(found->continuation == " c </think> another end");
  }

  TEST_CASE("an excerpt shows the difference and never cuts a character") {
    const std::string shared(200, 'x');
    const Evidence evidence = excerpt("p", shared + "ä expected", shared + "ö observed", "why");
    CHECK(evidence.expected.find("ä expected") != std::string::npos);
    CHECK(evidence.observed.find("ö observed") != std::string::npos);
    CHECK(evidence.expected.size() < 100);
  }
}
