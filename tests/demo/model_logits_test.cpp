#include "demo/model_support.hpp"
#include "gate/prompt_set.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

using namespace demo;
using demo_test::asked;
using demo_test::generated;
using demo_test::Generated;
using sweetspot::Prompt;

namespace {

bool same(const Distribution& a, const Distribution& b) {
  return std::ranges::equal(a.choices, b.choices,
                            [](const Choice& x, const Choice& y) { return x.token == y.token && x.logprob == y.logprob; });
}

std::vector<Prompt> some_prompts() {
  std::vector<Prompt> prompts;
  for (Prompt& prompt : sweetspot::gate_prompts()) {
    if (prompt.id.ends_with("1") || prompt.id.ends_with("3") || prompt.prompt_class == "prose")
      prompts.push_back(std::move(prompt));
  }
  return prompts;
}

/// Log probability of a text's tokens and the largest gap to the best one.
struct Score {
  double mean_logprob = 0;
  double worst_gap = 0;
};

Score scored(const LanguageModel& model, const Prompt& prompt, const std::vector<Token>& tokens) {
  const auto sequence = demo_test::sequence_of(model, demo_test::prompt_tokens(model.vocabulary(), prompt));
  Score score;
  for (const Token token : tokens) {
    const Distribution distribution = model.next(*sequence, {});
    const auto found = std::ranges::find(distribution.choices, token, &Choice::token);
    const double logprob = found == distribution.choices.end() ? -15.0 : found->logprob;
    score.mean_logprob += logprob / static_cast<double>(tokens.size());
    score.worst_gap = std::max(score.worst_gap, distribution.choices[0].logprob - logprob);
    sequence->append(token);
  }
  return score;
}

/// How many answers are another than without noise, and the largest margin that was turned round first.
struct Changed {
  int texts = 0;
  double margin = 0;
};

Changed changed(const LanguageModel& model, const std::vector<Prompt>& prompts, const Numerics& numerics) {
  Changed result;
  for (const Prompt& prompt : prompts) {
    const Generated clean = generated(model, prompt);
    const Generated noisy = generated(model, prompt, {.numerics = numerics});
    const auto differ = std::ranges::mismatch(clean.tokens, noisy.tokens);
    if (differ.in1 == clean.tokens.end()) continue;
    ++result.texts;
    result.margin = std::max(result.margin, clean.margins[static_cast<std::size_t>(differ.in1 - clean.tokens.begin())]);
  }
  return result;
}

}  // namespace

TEST_SUITE("demo/logits") {
  TEST_CASE("the same context gives the same logits, in every model and sequence") {
    const LanguageModel model(ModelSize::target);
    const LanguageModel again(ModelSize::target);
    const auto tokens = demo_test::prompt_tokens(model.vocabulary(), asked("Write a story about a fox named Mira."));
    const auto one = demo_test::sequence_of(model, tokens);
    const auto other = demo_test::sequence_of(again, tokens);
    for (int i = 0; i < 80; ++i) {
      const Distribution distribution = model.next(*one, {});
      REQUIRE(same(distribution, again.next(*other, {})));
      REQUIRE(same(distribution, model.next(*one, {})));
      one->append(distribution.choices[0].token);
      other->append(distribution.choices[0].token);
    }
  }

  TEST_CASE("probabilities sum to almost one, best first, at least ten of them") {
    const LanguageModel model(ModelSize::target);
    for (const char* text :
         {"Explain what tides are.", "Write a Python function that sorts a list with bubble sort.", "", "🎉"}) {
      const auto sequence = demo_test::sequence_of(model, demo_test::prompt_tokens(model.vocabulary(), asked(text)));
      for (int i = 0; i < 60; ++i) {
        const Distribution distribution = model.next(*sequence, {});
        REQUIRE(distribution.choices.size() >= 10);
        double sum = 0;
        for (const Choice& choice : distribution.choices) sum += std::exp(choice.logprob);
        CHECK(sum <= 1.0);
        CHECK(sum >= 0.99);
        CHECK(std::ranges::is_sorted(distribution.choices, std::greater{}, &Choice::logprob));
        sequence->append(distribution.choices[0].token);
      }
    }
  }

  TEST_CASE("tokens taken back and given again leave no trace") {
    const LanguageModel model(ModelSize::target);
    const Prompt prompt = asked("Write a long story about Ilse, who builds a clock in Riga.");
    const std::vector<Token> start = demo_test::prompt_tokens(model.vocabulary(), prompt);
    const std::vector<Token> answer = generated(model, prompt).tokens;
    const auto sequence = demo_test::sequence_of(model, start);
    for (std::size_t i = 0; i < 120; ++i) {
      const Distribution before = model.next(*sequence, {});
      const std::size_t size = sequence->size();
      for (std::size_t k = 0; k < 1 + i % 5; ++k) sequence->append(before.choices[(k + 1) % 7].token);
      (void)model.next(*sequence, {});
      sequence->truncate(size);
      REQUIRE(same(before, model.next(*sequence, {})));
      sequence->append(answer[i]);
    }
    // Back into the prompt, and a turn of its own in between.
    sequence->truncate(start.size() / 2);
    for (std::size_t i = start.size() / 2; i < start.size(); ++i) sequence->append(start[i]);
    for (std::size_t i = 0; i < 40; ++i) sequence->append(answer[i]);
    auto tokens = start;
    tokens.insert(tokens.end(), answer.begin(), answer.begin() + 40);
    CHECK(same(model.next(*sequence, {}), model.next(*demo_test::sequence_of(model, tokens), {})));
  }

  TEST_CASE("a prompt that is no conversation is continued") {
    const LanguageModel model(ModelSize::target);
    const auto tokens = model.vocabulary().encode("The code is one two three four five six. The code is one two three",
                                                  Vocabulary::Specials::parse);
    const auto sequence = demo_test::sequence_of(model, tokens);
    CHECK(model.vocabulary().piece(model.next(*sequence, {}).choices[0].token) == " four");
    const auto empty = model.sequence();
    CHECK(model.next(*empty, {}).choices.size() >= 10);
  }

  TEST_CASE("prose has near ties, calls and copies have none") {
    const LanguageModel model(ModelSize::target);
    std::map<std::string, std::vector<double>> margins;
    for (const Prompt& prompt : sweetspot::gate_prompts()) {
      const Generated answer = generated(model, prompt);
      auto& some = margins[answer.sample.calls.empty() ? prompt.prompt_class : "calls"];
      some.insert(some.end(), answer.margins.begin(), answer.margins.end());
    }
    const auto share_below = [&](const std::string& prompt_class, double margin) {
      const auto& some = margins.at(prompt_class);
      return static_cast<double>(std::ranges::count_if(some, [&](double one) { return one < margin; })) /
             static_cast<double>(some.size());
    };
    CHECK(share_below("prose", 0.5) > 0.02);
    CHECK(share_below("prose", 0.5) < 0.06);
    CHECK(share_below("prose", 3.0) < 0.4);
    CHECK(share_below("code", 0.5) < 0.01);
    CHECK(share_below("calls", 1.0) == 0.0);
    CHECK(share_below("copy", 1.0) == 0.0);
  }

  TEST_CASE("another kernel turns near ties round and nothing else") {
    const LanguageModel model(ModelSize::target);
    const std::vector<Prompt> prompts = some_prompts();
    int texts = 0;
    for (const std::uint64_t kernel : {1U, 2U, 3U}) {
      const Changed result = changed(model, prompts, {.kernel_noise = 0.05, .kernel = kernel});
      texts += result.texts;
      CHECK(result.margin < 0.35);
    }
    CHECK(texts > 0);
    CHECK(texts < static_cast<int>(prompts.size()));
    CHECK(changed(model, prompts, {.kernel_noise = 0, .kernel = 5}).texts == 0);
  }

  TEST_CASE("a coarse cache changes many texts, a fine one hardly any") {
    const LanguageModel model(ModelSize::target);
    const std::vector<Prompt> prompts = some_prompts();
    const int fine = changed(model, prompts, {.cache_noise = 0.02}).texts;
    const int coarse = changed(model, prompts, {.cache_noise = 0.8}).texts;
    const int coarser = changed(model, prompts, {.cache_noise = 0.8, .cache_growth = 4}).texts;
    CHECK(fine * 10 <= static_cast<int>(prompts.size()) * 2);
    CHECK(coarse * 10 >= static_cast<int>(prompts.size()) * 3);
    CHECK(coarser > coarse);
  }

  TEST_CASE("a wrong token is told by its score, and what follows suffers") {
    const LanguageModel model(ModelSize::target);
    for (const char* text : {"Write a story about a fox named Mira.", "Write a Python function that sums the digits of a number.",
                             "Repeat this exactly: Kestrel Bay, 4471, north gate"}) {
      CAPTURE(text);
      const Prompt prompt = asked(text);
      std::vector<Token> tokens = generated(model, prompt).tokens;
      const Score own = scored(model, prompt, tokens);
      CHECK(own.worst_gap == 0.0);
      const auto wrong = model.vocabulary().encode(" purple", Vocabulary::Specials::as_text).front();
      for (std::size_t i = 5; i < tokens.size(); i += 6) tokens[i] = wrong;
      const Score damaged = scored(model, prompt, tokens);
      CHECK(damaged.worst_gap > 3.0);
      CHECK(damaged.mean_logprob < own.mean_logprob - 1.0);
    }
  }
}
