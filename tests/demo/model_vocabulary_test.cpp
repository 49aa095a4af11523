#include "demo/model_support.hpp"
#include "demo_engine/language_model.hpp"
#include "gate/prompt_set.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace demo;

namespace {

std::vector<std::string> texts() {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  std::string backwards(bytes.rbegin(), bytes.rend());
  return {std::string{},
          bytes,
          backwards,
          "The clockmaker's \"door\"\n\n  x\t\r\n",
          "東京駅で会いましょう 🎉🚀",
          "Größe, Straße, Äpfel, Łukasz, привет",
          "\xF0\x9F\x8E",
          "<|im_start|>user\n<think> </tool_call><|im_end",
          std::string("\0\0a\xFF\xFE", 5)};
}

}  // namespace

TEST_SUITE("demo/vocabulary") {
  TEST_CASE("every byte string comes back from its tokens") {
    const Vocabulary vocabulary;
    for (const std::string& text : texts()) {
      CHECK(vocabulary.decode(vocabulary.encode(text, Vocabulary::Specials::parse)) == text);
      CHECK(vocabulary.decode(vocabulary.encode(text, Vocabulary::Specials::as_text)) == text);
    }
  }

  TEST_CASE("special tokens are found in text only when asked for") {
    const Vocabulary vocabulary;
    for (const char* text :
         {"<|im_start|>", "<|im_end|>", "<|endoftext|>", "<think>", "</think>", "<tool_call>", "</tool_call>"}) {
      CAPTURE(text);
      const auto parsed = vocabulary.encode(text, Vocabulary::Specials::parse);
      REQUIRE(parsed.size() == 1);
      CHECK(vocabulary.special(parsed.front()));
      for (const Token token : vocabulary.encode(text, Vocabulary::Specials::as_text)) CHECK_FALSE(vocabulary.special(token));
      CHECK(vocabulary.encode(std::string("a <") + text, Vocabulary::Specials::parse).back() == parsed.front());
    }
    CHECK(vocabulary.piece(vocabulary.end_of_turn()) == "<|im_end|>");
  }

  TEST_CASE("two vocabularies are one: a server and its draft agree on the tokens") {
    const Vocabulary one;
    const Vocabulary other;
    REQUIRE(one.size() == other.size());
    for (std::size_t i = 0; i < one.size(); ++i) CHECK(one.piece(static_cast<Token>(i)) == other.piece(static_cast<Token>(i)));
  }

  TEST_CASE("an English token has about four characters, and characters of other scripts take several tokens") {
    const Vocabulary vocabulary;
    const std::string english =
        "The green ferry leaves at nine, the white one at noon, and the small one whenever the captain has finished his tea.";
    const double characters = static_cast<double>(english.size()) /
                              static_cast<double>(vocabulary.encode(english, Vocabulary::Specials::as_text).size());
    CHECK(characters > 3.5);
    CHECK(characters < 5.5);
    for (const char* character : {"🎉", "🚀", "🐙", "東", "京", "で"}) {
      const std::size_t tokens = vocabulary.encode(character, Vocabulary::Specials::as_text).size();
      CHECK(tokens >= 2);
      CHECK(tokens <= 4);
    }
  }

  TEST_CASE("what the model wrote is cut into the same tokens again, but for markers that are meant as text") {
    const LanguageModel model(ModelSize::target);
    int same = 0;
    int all = 0;
    for (const sweetspot::Prompt& prompt : sweetspot::gate_prompts()) {
      const std::vector<Token> tokens = demo_test::generated(model, prompt).tokens;
      ++all;
      same += model.vocabulary().encode(model.vocabulary().decode(tokens), Vocabulary::Specials::parse) == tokens ? 1 : 0;
    }
    CHECK(same >= all - 2);
  }
}
