#include "demo_engine/language_model.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace demo;

TEST_SUITE("demo/vocabulary") {
  TEST_CASE("every byte string comes back from its tokens") {
    const Vocabulary vocabulary;
    std::string bytes;
    for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
    for (const std::string& text :
         {std::string{}, bytes, std::string("The clockmaker's \"door\"\n\n  x"), std::string("東京駅で会いましょう 🎉🚀"),
          std::string("<|im_start|>user\n<think> </tool_call><|im_end"), std::string("\0\0a", 3)}) {
      CHECK(vocabulary.decode(vocabulary.encode(text, Vocabulary::Specials::parse)) == text);
      CHECK(vocabulary.decode(vocabulary.encode(text, Vocabulary::Specials::as_text)) == text);
    }
  }
}
