#include "gate/strict_json.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace sweetspot;

namespace {

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

}  // namespace

TEST_SUITE("gate/strict_json") {
  TEST_CASE("sound documents are accepted") {
    for (const char* text :
         {"{}", "[]", " {\"a\": [1, -0, 2.5e-3, 0.1E+9, true, false, null, \"\"]}\n", "\"\\ud83c\\udf89 \\u00e9\\\"\\\\\\/\"",
          "{\"a\": {\"a\": 1}, \"b\": [{\"a\": 2}, {\"a\": 3}]}", "0", "{\"京\": \"🎉\"}"}) {
      CAPTURE(text);
      CHECK(check_strict_json(text).fault == "");
    }
  }

  TEST_CASE("what clients would have to repair is refused, at the byte where it shows") {
    struct Case {
      std::string_view text;
      std::string_view fault;
      std::size_t offset;
    };
    for (const Case& c : {Case{"", "empty", 0},
                          Case{"  ", "ends too early", 2},
                          Case{"{\"a\": 1", "ends too early", 7},
                          Case{"\"a\": 1}", "bytes after the end of the document", 3},
                          Case{"{\"a\": 1}{\"a\": 1}", "bytes after the end of the document", 8},
                          Case{"{\"a\": 1, \"a\": 1}", "duplicate key \"a\"", 9},
                          Case{"{\"a\": 1, \"\\u0061\": 2}", "duplicate key \"a\"", 9},
                          Case{"[NaN]", "NaN and Infinity are no JSON numbers", 1},
                          Case{"[-Infinity]", "NaN and Infinity are no JSON numbers", 2},
                          Case{"[01]", "a number with a leading zero", 1},
                          Case{"[-01]", "a number with a leading zero", 2},
                          Case{"[1.]", "a digit was expected", 3},
                          Case{"[+1]", "a value was expected", 1},
                          Case{"[.5]", "a value was expected", 1},
                          Case{"[1,]", "a value was expected", 3},
                          Case{"{\"a\": 1,}", "a key in quotes was expected", 8},
                          Case{"{a: 1}", "a key in quotes was expected", 1},
                          Case{"{'a': 1}", "a key in quotes was expected", 1},
                          Case{"{\"a\" 1}", "a colon was expected after the key", 5},
                          Case{"{\"a\": \"b}", "a string does not end", 9},
                          Case{"[\"a\nb\"]", "a raw control character in a string", 3},
                          Case{"[\"\\x41\"]", "an unknown escape", 2},
                          Case{"[\"\\u12g4\"]", "four hexadecimal digits were expected after \\u", 2},
                          Case{"[\"\\ud83c\"]", "a lone surrogate", 2},
                          Case{"[\"\\udf89\\ud83c\"]", "a lone surrogate", 2},
                          Case{"[\"\xC3\"]", "bytes in a string that are not UTF-8", 1},
                          Case{"[\"\xED\xA0\xBC\"]", "bytes in a string that are not UTF-8", 1},
                          Case{"[1}", "a comma or ] was expected", 2},
                          Case{"True", "a value was expected", 0},
                          Case{"{\"a\": 1} // no", "bytes after the end of the document", 9}}) {
      CAPTURE(c.text);
      CHECK(check_strict_json(c.text) == StrictJson{std::string(c.fault), c.offset});
    }
  }

  TEST_CASE("depth is limited, and a hostile depth is a fault and no crash") {
    CHECK(check_strict_json(nested(64)).ok());
    CHECK(check_strict_json(nested(65)) == StrictJson{"nested deeper than 64", 64});
    CHECK_FALSE(check_strict_json(std::string(1'000'000, '[')).ok());
  }

  TEST_CASE("equal values are equal whatever the order of keys, the spaces and the escapes") {
    CHECK(same_json("{\"a\": 1, \"b\": [true, null]}", "{\"b\":[true,null],\"a\":1}"));
    CHECK(same_json("[\"\\u00e9\\n\"]", "[\"é\\u000a\"]"));
  }

  TEST_CASE("a changed value, type or byte makes another document") {
    for (const auto& [a, b] :
         {std::pair{"[1]", "[2]"}, std::pair{"[1]", "[\"1\"]"}, std::pair{"[1]", "[1.0]"}, std::pair{"[0.1]", "[0.10]"},
          std::pair{"[12345678901234567890123]", "[12345678901234567890124]"}, std::pair{"[1, 2]", "[2, 1]"},
          std::pair{"{\"a\": 1}", "{\"a\": 1, \"b\": 2}"}, std::pair{"[\"a\"]", "[\"a \"]"}, std::pair{"[\"a\\n\"]", "[\"a\"]"},
          std::pair{"[\"é\"]", "[\"e\\u0301\"]"}, std::pair{"[null]", "[]"}}) {
      CAPTURE(a);
      CAPTURE(b);
      CHECK_FALSE(same_json(a, b));
    }
  }

  TEST_CASE("a document that is not sound equals nothing, not even itself") { CHECK_FALSE(same_json("{\"a\": 1", "{\"a\": 1")); }

  TEST_CASE("a difference names the place and both values") {
    CHECK(json_difference("{\"a\": {\"b\": [1, 2.50]}}", "{\"a\": {\"b\": [1, 2.5]}}") == "/a/b/1: expected 2.50, observed 2.5");
    CHECK(json_difference("{\"a\": 1}", "{}") == "/a: missing, expected 1");
    CHECK(json_difference("{}", "{\"z\": \"q\"}") == "/z: not expected, observed \"q\"");
    CHECK(json_difference("{}", "[") == ": observed no JSON (ends too early at byte 1)");
    CHECK(json_difference("{\"a\": 1, \"b\": 2}", "{\"b\": 2, \"a\": 1}") == "");
  }
}
