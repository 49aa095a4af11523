#include "gate/detectors.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace sweetspot;

TEST_SUITE("gate/detectors") {
  TEST_CASE("markup is a leak unless prompt or reference hold it") {
    Prompt prompt;
    CHECK(leaked_markup(prompt, "well <think> hm", "") == "<think>");
    CHECK(leaked_markup(prompt, "well <think> hm", "a <think> too").empty());
    prompt.messages_json = "explain <think>";
    CHECK(leaked_markup(prompt, "well <think> hm", "").empty());
  }

  TEST_CASE("a text that ends in copies of itself loops, a list does not") {
    std::string loop = "It begins well. ";
    for (int i = 0; i < 20; ++i) loop += "And then he said that again. ";
    CHECK(loops(loop));
    CHECK(has_loop(loop));
    CHECK_FALSE(loops(loop + "In the end he was silent, and nobody minded."));
    CHECK(has_loop(loop + "In the end he was silent, and nobody minded."));
    std::string list = "Squares:";
    for (int i = 0; i < 80; ++i) list += " " + std::to_string(i) + " gives " + std::to_string(i * i) + ";";
    CHECK_FALSE(loops(list));
    CHECK_FALSE(has_loop(list));
    CHECK_FALSE(has_loop(""));
  }

  TEST_CASE("a change of script is seen, short texts are left alone") {
    const std::string english = "the quick brown fox jumps over the lazy dog and is gone before noon";
    CHECK(script_drift(english, english) == 0);
    CHECK(script_drift(english, english + " это совсем другой язык здесь") > 0.2);
    CHECK(script_drift("hello", "это") == 0);
  }
}
