#include "gate/sampled.hpp"

#include "core/rng.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace sweetspot;

namespace {

/// Six prompts, some draws each, of words with these probabilities.
std::vector<std::vector<std::string>> drawn_words(Rng& rng, const std::vector<double>& probabilities, int draws) {
  static const std::vector<std::string> words = {"the river", "a river", "once upon", "there was", "long ago"};
  std::vector<std::vector<std::string>> all;
  for (int prompt = 0; prompt < 6; ++prompt) {
    auto& texts = all.emplace_back();
    for (int draw = 0; draw < draws; ++draw) {
      double left = rng.unit();
      std::size_t word = 0;
      while (word + 1 < probabilities.size() && (left -= probabilities[word]) > 0) ++word;
      texts.push_back(words[word]);
    }
  }
  return all;
}

const std::vector<double> open_choice = {0.3, 0.25, 0.2, 0.15, 0.1};

Reference open_reference(double top_logprob) {
  Reference reference;
  reference.decode_tokens_per_second = 100;
  for (int i = 0; i < 8; ++i) {
    ReferenceAnswer answer;
    answer.prompt.id = "prose-" + std::to_string(i);
    for (int token = 0; token < 40; ++token) {
      TokenRecord record;
      record.top = {{1, "a", top_logprob}, {2, "b", -2.0}};
      answer.plain.tokens.push_back(record);
    }
    reference.answers.push_back(answer);
  }
  return reference;
}

}  // namespace

TEST_SUITE("gate/sampled") {
  TEST_CASE("draws of one source are hardly ever told apart") {
    int told_apart = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      Rng rng(seed);
      const auto a = drawn_words(rng, open_choice, 8);
      const auto b = drawn_words(rng, open_choice, 8);
      told_apart += same_source_probability(a, b, seed) < 0.01 ? 1 : 0;
    }
    CHECK(told_apart <= 1);
  }

  TEST_CASE("a verifier that always takes the most probable word is told from one that draws") {
    Rng rng(3);
    const auto honest = drawn_words(rng, open_choice, 8);
    const auto argmax = drawn_words(rng, {1, 0, 0, 0, 0}, 8);
    CHECK(same_source_probability(honest, argmax, 1) < 0.001);
    Reference reference = open_reference(-0.7);
    DrawPlan plan;
    for (std::size_t i = 0; i < 6; ++i) plan.prompts.push_back(i);
    const Draws expected{{honest, drawn_words(rng, open_choice, 8)}};
    const auto fault = sampling_fault(reference, plan, expected, {{argmax, argmax}});
    REQUIRE(fault);
    CHECK(fault->observed.find("1 beginnings in 8 draws") != std::string::npos);
    // One bad batch alone may be chance.
    CHECK_FALSE(sampling_fault(reference, plan, expected, {{argmax, drawn_words(rng, open_choice, 8)}}));
  }

  TEST_CASE("what the draws show is told, and a reference that answers nothing proves nothing") {
    Rng rng(3);
    const Reference reference = open_reference(-0.7);
    DrawPlan plan;
    plan.draws = 8;
    for (std::size_t i = 0; i < 6; ++i) plan.prompts.push_back(i);
    const auto honest = [&] { return drawn_words(rng, open_choice, 8); };
    const auto argmax = drawn_words(rng, {1, 0, 0, 0, 0}, 8);
    const Draws expected{{honest(), honest()}};
    const SamplingResult same = sampling_result(reference, plan, expected, {{honest(), honest()}});
    CHECK(same.asked);
    CHECK_FALSE(same.fault);
    CHECK(same.detail == "sampled: 16 draws of 6 prompts look like the reference's");
    CHECK(sampling_result(reference, plan, expected, {{argmax, argmax}}).fault);
    const std::vector<std::vector<std::string>> silent(6, std::vector<std::string>(8));
    CHECK(sampling_result(reference, plan, expected, {{silent, silent}}).fault);
    const SamplingResult nothing = sampling_result(reference, plan, {{silent, silent}}, {{silent, silent}});
    CHECK_FALSE(nothing.asked);
    CHECK(nothing.detail == "sampled answers: the reference gives none with this sampler");
  }

  TEST_CASE("as many draws as time allows, none where the model has no choice or time is too short") {
    const auto plan = draw_plan(open_reference(-0.7), {}, Tier::standard, 45);
    REQUIRE(plan);
    CHECK(plan->tokens == 8);
    CHECK(plan->sampler.at("temperature") == doctest::Approx(0.8));
    CHECK(draw_plan(open_reference(-0.7), {{"temperature", 0.6}}, Tier::standard, 45)->sampler.at("temperature") == 0.6);
    const auto hurried = draw_plan(open_reference(-0.7), {}, Tier::standard, 14);
    REQUIRE(hurried);
    CHECK(hurried->draws < plan->draws);
    CHECK_FALSE(draw_plan(open_reference(-0.7), {}, Tier::standard, 1));
    CHECK_FALSE(draw_plan(open_reference(-0.00001), {}, Tier::standard, 45));
    // Where the first tokens leave little choice, more of them are drawn.
    CHECK(draw_plan(open_reference(-0.06), {}, Tier::standard, 450)->tokens == 32);
    // Where a form is asked for, what a grammar forbids looks like a choice.
    Reference forms = open_reference(-0.7);
    for (ReferenceAnswer& answer : forms.answers) answer.prompt.extra_json = R"({"response_format": {"type": "json_object"}})";
    CHECK_FALSE(draw_plan(forms, {}, Tier::standard, 45));
  }
}
