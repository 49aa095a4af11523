#include "gate/teacher_forcing.hpp"

#include "gate/rescore.hpp"
#include "gate/thresholds.hpp"
#include "support/answers.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace sweetspot;
using namespace sweetspot::testing;

namespace {

/// A model with a vocabulary of its own that has an opinion where a test gives it one.
struct Model {
  std::vector<std::string> vocabulary;  ///< a token's id is its place; the tokenizer takes the longest that fits
  std::map<std::string, std::vector<std::pair<std::string, double>>> opinions;  ///< by the tokens before, "|" between them
  std::vector<std::pair<std::string, double>> elsewhere;
  mutable int asked = 0;

  std::int64_t id(const std::string& bytes) const {
    for (std::size_t i = 0; i < vocabulary.size(); ++i) {
      if (vocabulary[i] == bytes) return static_cast<std::int64_t>(i);
    }
    return -1;
  }

  std::vector<std::int64_t> split(const std::string& text) const {
    std::vector<std::int64_t> tokens;
    for (std::size_t at = 0; at < text.size();) {
      std::string longest;
      for (const std::string& bytes : vocabulary) {
        if (text.compare(at, bytes.size(), bytes) == 0 && bytes.size() > longest.size()) longest = bytes;
      }
      tokens.push_back(id(longest));
      at += longest.size();
    }
    return tokens;
  }

  Teacher teacher() const {
    return {[this](const std::vector<std::int64_t>& tokens) {
              ++asked;
              std::string before;
              for (const std::int64_t token : tokens)
                before += (before.empty() ? "" : "|") + vocabulary.at(static_cast<std::size_t>(token));
              TokenRecord record;
              const auto found = opinions.find(before);
              for (const auto& [bytes, logprob] : found == opinions.end() ? elsewhere : found->second)
                record.top.push_back({id(bytes), bytes, logprob});
              return record;
            },
            [this](const std::string& text) { return split(text); }};
  }

  /// "x" and this text, as the tokenizer splits it.
  ForcedText text(const std::string& own) const {
    ForcedText text;
    text.prompt_id = "prose-0";
    text.prompt = {id("x")};
    text.tokens = split(own);
    text.own = own;
    text.tokenised = true;
    return text;
  }
};

constexpr double tie_margin = 0.5;

Model model() {
  return {{"?", "!", "x", " ", "1", "i", " i", "S", "St", "ra", "ps", "Str", "aps", ".", "G", "t", "a", "r", "p", "s", "ss"},
          {},
          {{"?", -0.01}, {"!", -9}}};
}

}  // namespace

TEST_SUITE("gate/teacher_forcing") {
  TEST_CASE("a text is judged token by token, and the first miscommit is shown") {
    Model m = model();
    m.opinions = {{"x", {{"Str", -0.1}}}, {"x|Str", {{"aps", -0.1}}}, {"x|Str|aps", {{"!", -0.01}, {"1", -2}, {".", -8}}}};
    const ScoredText scored = forced(m.teacher(), m.text("Straps."), 10, tie_margin);
    CHECK(scored.figures.tokens == 3);
    CHECK(scored.figures.miscommit == 1);
    CHECK(scored.figures.worst_margin == doctest::Approx(7.99));
    REQUIRE(scored.worst);
    CHECK(scored.worst->expected == "Straps!");
    CHECK(scored.worst->observed == "Straps.");
    CHECK(scored.unscored == Unscored::nothing);
    CHECK(forced(m.teacher(), m.text("Straps."), 2, tie_margin).unscored == Unscored::length);
  }

  TEST_CASE("a split that the tokenizer does not make is found, at its place or before it") {
    Model m = model();
    // The tokenizer says "Str", "aps". The model wrote "St", "ra", "ps", a near tie; after "Str" it wants something else.
    m.opinions = {{"x", {{"Str", -0.6}, {"St", -0.8}}},
                  {"x|St", {{"ra", -0.1}}},
                  {"x|St|ra", {{"ps", -0.1}}},
                  {"x|St|ra|ps", {{".", -0.1}}}};
    const ScoredText scored = forced(m.teacher(), m.text("Straps."), 10, tie_margin);
    CHECK(scored.figures.miscommit == 0);
    CHECK(scored.figures.tokens == 4);
    CHECK(scored.figures.disagree == 1);
    m.opinions["x"] = {{"St", -0.1}, {"!", -5}};
    CHECK(forced(m.teacher(), m.text("Straps."), 10, tie_margin).figures.miscommit == 0);
  }

  TEST_CASE("a split is no excuse where it is no near tie, or leads nowhere") {
    Model m = model();
    m.opinions = {{"x", {{"Str", -0.1}, {"St", -1.6}}}, {"x|St", {{"ra", -0.1}}}, {"x|St|ra", {{"ps", -0.1}}}};
    CHECK(forced(m.teacher(), m.text("Straps"), 10, tie_margin).figures.miscommit == 1);
    m.opinions = {{"x", {{"Str", -0.6}, {"St", -0.8}}}};
    const ScoredText own = forced(m.teacher(), m.text("Straps."), 10, tie_margin);
    CHECK(own.figures.miscommit == 1);
    CHECK(own.figures.tokens == 2);
    REQUIRE(own.worst);
    CHECK(own.worst->expected == "Str?");  // the tokenizer's
    m.opinions["x|St"] = {{"ra", -0.1}};
    const ScoredText furthest = forced(m.teacher(), m.text("Straps."), 10, tie_margin);
    CHECK(furthest.figures.miscommit == 1);
    CHECK(furthest.figures.tokens == 3);
    REQUIRE(furthest.worst);
    CHECK(furthest.worst->expected == "Stra?");
  }

  TEST_CASE("what was listed by the model itself is not split otherwise") {
    Model m = model();
    m.opinions = {{"x", {{"Str", -0.6}, {"St", -0.8}}}, {"x|St", {{"ra", -0.1}}}, {"x|St|ra", {{"ps", -0.1}}}};
    ForcedText text = m.text("Straps");
    text.tokenised = false;
    text.own.clear();
    text.bytes = {"Str", "aps"};
    CHECK(forced(m.teacher(), text, 10, tie_margin).figures.miscommit == 1);
  }

  TEST_CASE("a difference within a token that both texts share is found a little before it") {
    Model m = model();
    // The reference says " " and "1"; the candidate's " i" is a near tie of " ".
    m.opinions = {{"x", {{" ", -0.6}, {" i", -0.7}}}, {"x| ", {{"1", -0.01}, {"G", -9}}}, {"x| i", {{".", -0.01}}}};
    ForcedText text = m.text(" i.");
    text.tokens = {m.id(" "), m.id("i"), m.id(".")};
    text.bytes = {" "};
    CHECK(forced(m.teacher(), text, 10, tie_margin).figures.miscommit == 0);
    m.opinions["x"] = {{" ", -0.1}, {" i", -2.7}};
    CHECK(forced(m.teacher(), text, 10, tie_margin).figures.miscommit == 1);
  }

  TEST_CASE("what is known of the tokens that both texts share is not said of others") {
    Model m = model();
    m.opinions = {{"x", {{"St", -0.6}, {"Str", -0.7}}}, {"x|St", {{"ra", -0.01}}}, {"x|Str", {{"aps", -0.01}}}};
    ForcedText text = m.text("Straps.");
    text.tokens = {m.id("St"), m.id("ra"), m.id("ps"), m.id(".")};
    text.bytes = {"St", "ra"};
    const ScoredText scored = forced(m.teacher(), text, 10, tie_margin);
    CHECK(scored.figures.tokens == 3);
    REQUIRE(scored.worst);
    CHECK(scored.worst->observed == "Straps.");
  }

  TEST_CASE("a text without token ids is scored from a little before its difference on, listed or not") {
    Model m = model();
    m.opinions = {{"x", {{"G", -0.1}}},
                  {"x|G", {{" ", -0.6}, {" i", -0.7}}},
                  {"x|G| ", {{"1", -0.01}, {"!", -9}}},
                  {"x|G| i", {{".", -0.01}}}};
    Reference reference;
    reference.tie_margin = tie_margin;
    reference.answers.push_back(reference_answer("prose-0", answer("G 1")));
    ReferenceAnswer& known = reference.answers.front();
    known.prompt_tokens = {m.id("x")};
    known.plain.tokens.clear();
    for (const char* bytes : {"G", " ", "1"})
      known.plain.tokens.push_back({m.id(bytes), bytes, -0.1, {{m.id(bytes), bytes, -0.1}}});
    CandidateAnswer candidate = candidate_answer(answer("G i."));
    candidate.plain.reset();
    for (const std::int64_t counted : {3, 4}) {  // the list holds all, or lacks some
      known.plain.usage.completion_tokens = counted;
      const auto texts = rescore(m.teacher(), reference, {candidate}, 1);
      REQUIRE(texts.size() == 1);
      CHECK(texts.front().figures.miscommit == 0);
      CHECK(texts.front().figures.tokens == 3);
    }
    m.opinions["x|G"] = {{" ", -0.1}, {" i", -2.7}};
    CHECK(rescore(m.teacher(), reference, {candidate}, 1).front().figures.miscommit == 1);
  }

  TEST_CASE("so much is scored in all, and texts beyond that are told, if there are any") {
    Model m = model();
    m.elsewhere = {{"ss", -0.01}, {"!", -9}};
    Reference reference;
    reference.tie_margin = tie_margin;
    std::vector<CandidateAnswer> answers;
    const auto add = [&] {
      reference.answers.push_back(reference_answer("prose-" + std::to_string(answers.size()), answer("G 1")));
      reference.answers.back().prompt_tokens = {m.id("x")};
      answers.push_back(candidate_answer(answer(std::string(800, 's'))));
      answers.back().plain.reset();
      answers.back().reference_index = answers.size() - 1;
    };
    while (static_cast<std::int64_t>(answers.size()) * thresholds::rescored_per_prompt < thresholds::rescored_in_all) add();
    auto texts = rescore(m.teacher(), reference, answers, 1);
    CHECK(texts.size() == answers.size());
    CHECK(texts.back().unscored == Unscored::length);
    add();
    add();
    texts = rescore(m.teacher(), reference, answers, 1);
    CHECK(texts.size() == answers.size() - 1);
    CHECK(texts.back().unscored == Unscored::in_all);
    CHECK(texts.back().figures.tokens == 0);
  }

  TEST_CASE("the search for another split ends") {
    Model m = model();
    m.elsewhere = {{"s", -0.6}, {"ss", -0.61}};
    const ForcedText text = m.text(std::string(60, 's') + ".");  // no split leads to the end of it
    const ScoredText scored = forced(m.teacher(), text, 1000, tie_margin);
    CHECK(scored.figures.miscommit == 1);
    CHECK(m.asked < 120);  // 31 tokens, and no more than twelve returns
  }

  TEST_CASE("where the engine shows no alternatives a text is lost, or the place is passed over") {
    Model m = model();
    m.opinions = {{"x", {}}};
    const ScoredText scored = forced(m.teacher(), m.text("Straps"), 10, tie_margin);
    CHECK(scored.unscored == Unscored::character);
    CHECK(scored.figures.tokens == 0);
    ForcedText listed = m.text("Straps");
    listed.tokenised = false;
    listed.bytes = {"Str", "aps"};
    CHECK(forced(m.teacher(), listed, 10, tie_margin).figures.tokens == 1);
  }
}
