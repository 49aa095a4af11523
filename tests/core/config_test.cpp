#include "core/config.hpp"

#include "core/error.hpp"
#include "core/rng.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

using namespace sweetspot;

TEST_SUITE("core/value") {
  TEST_CASE("a value read back from its text is the same value") {
    const std::vector<Value> values{std::int64_t{8}, std::int64_t{-1},    std::int64_t{0},     0.75,         8.0, 1e300,
                                    0.1 + 0.2,       std::string{"q8_0"}, std::string{"auto"}, std::string{}};
    for (const Value& value : values) {
      CAPTURE(text(value));
      CHECK(parse_value(text(value)) == value);
    }
  }

  TEST_CASE("only a whole decimal number is a number") {
    for (const char* word : {"8x", "0x10", "inf", "nan", " 8", "8 ", "1.2.3", "-", ".", "e5", "1e999", "+0.5"}) {
      CAPTURE(word);
      CHECK(parse_value(word) == Value{std::string(word)});
      CHECK(std::isnan(number(parse_value(word))));
    }
    CHECK(parse_value("1e3") == Value{1000.0});
    CHECK(parse_value("-8") == Value{std::int64_t{-8}});
    CHECK(number(parse_value("99999999999999999999")) == doctest::Approx(1e20));
  }
}

TEST_SUITE("core/config") {
  TEST_CASE("the key is ordered by name and empty for no values") {
    CHECK(key(Config{}).empty());
    CHECK(key(Config{{{"threads", std::int64_t{1}}, {"draft_depth", std::int64_t{2}}}}) == "draft_depth=2,threads=1");
  }

  TEST_CASE("any configuration is read back from its key") {
    const std::string alphabet = "ab,=\\ \n.9-\xC3\xA9";
    Rng rng(7);
    for (int round = 0; round < 2000; ++round) {
      Config config;
      for (std::uint64_t i = rng.below(4); i > 0; --i) {
        const std::string name(1, static_cast<char>('a' + rng.below(3)));
        std::string word;
        for (std::uint64_t length = rng.below(6); length > 0; --length) word += alphabet[rng.below(alphabet.size())];
        config.values[name] = parse_value(word);
      }
      CAPTURE(key(config));
      CHECK(config_from_key(key(config)) == config);
    }
  }

  TEST_CASE("malformed text is refused with what is wrong and how to write it") {
    for (const char* bad : {"a", "=1", "a=1,", ",a=1", "a=1,a=2", "a=1=2", "a=1\\", "a=1,,b=2"}) {
      CAPTURE(bad);
      CHECK_THROWS_AS(config_from_key(bad), Error);
    }
    CHECK_THROWS_WITH(config_from_key("a=1,a=2"), "\"a=1,a=2\" is no configuration: \"a\" is there twice");
  }

  TEST_CASE("the difference holds what is new or other, and merging it restores the configuration") {
    const Config baseline{{{"a", std::int64_t{1}}, {"b", std::string{"x"}}}};
    const Config config{{{"a", std::int64_t{1}}, {"b", std::string{"y"}}, {"c", 0.5}}};
    CHECK(difference(config, baseline) == Config{{{"b", std::string{"y"}}, {"c", 0.5}}});
    CHECK(merged(baseline, difference(config, baseline)) == config);
    CHECK(display(difference(config, baseline)) == "b=y c=0.5");
    CHECK(display(difference(baseline, baseline)) == "default");
  }
}
