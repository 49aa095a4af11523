#include "demo_engine/server/stop_texts.hpp"

#include <doctest/doctest.h>

using demo::StopTexts;

namespace {

/// What goes out of a text that comes byte by byte, or as one.
std::string ended(const std::vector<std::string>& stops, const std::string& text) {
  StopTexts whole(stops);
  StopTexts pieces(stops);
  std::string out;
  for (const char byte : text) out += pieces.take(std::string(1, byte));
  out += pieces.rest();
  std::string at_once = whole.take(text);
  at_once += whole.rest();
  CHECK(at_once == out);
  CHECK(whole.met() == pieces.met());
  return out;
}

}  // namespace

TEST_SUITE("demo/stop_texts") {
  TEST_CASE("a text ends before the first of its stop texts, wherever its pieces part") {
    CHECK(ended({}, "one two three") == "one two three");
    CHECK(ended({"two"}, "one two three") == "one ");
    CHECK(ended({"three", "two"}, "one two three") == "one ");
    CHECK(ended({"four"}, "one two three") == "one two three");
    CHECK(ended({"aab"}, "aaab") == "a");
    CHECK(ended({"ee!"}, "one two three") == "one two three");
  }

  TEST_CASE("what may begin a stop text is kept back, and nothing comes after one") {
    StopTexts stop({"stop"});
    CHECK(stop.take("go st") == "go ");
    CHECK(stop.take("ay") == "stay");
    CHECK(stop.take(" stopped") == " ");
    CHECK(stop.met());
    CHECK(stop.take("more").empty());
    CHECK(stop.rest().empty());
  }
}
