#include "backends/chat_json.hpp"
#include "core/limits.hpp"
#include "support/fake_engine.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace sweetspot;
using namespace std::string_literals;

namespace {

std::string nested(int depth) {
  const auto count = static_cast<std::size_t>(depth);
  return std::string(count, '[') + std::string(count, ']');
}

/// Why the text is refused; empty when it is not.
std::string refusal(std::string_view text) {
  JsonReader reader;
  std::string problem;
  const bool read = reader.read(text, problem) != nullptr;
  CHECK(read == problem.empty());
  return problem;
}

RequestSample counted(const std::string& text) {
  RequestSample sample;
  JsonReader reader;
  std::string problem;
  const auto* document = reader.read(text, problem);
  REQUIRE(document != nullptr);
  read_counters(fake_engine().protocol, *document, sample);
  return sample;
}

}  // namespace

TEST_SUITE("backends/chat_json") {
  TEST_CASE("what is no JSON to the letter is refused") {
    const std::vector<std::string> texts = {"",
                                            " ",
                                            "{",
                                            "{}{}",
                                            "{} x",
                                            "{}\0"s,
                                            "[1,]",
                                            "{\"a\":1,}",
                                            "{'a':1}",
                                            "{a:1}",
                                            "[1 /* one */]",
                                            "// one\n[1]",
                                            "[NaN]",
                                            "[-Infinity]",
                                            "[01]",
                                            "[+1]",
                                            "[.5]",
                                            "[1.]",
                                            "[1e]",
                                            "[0x1]",
                                            "[True]",
                                            "[\"a\nb\"]",
                                            "[\"a\0b\"]"s,
                                            "[\"\\x41\"]",
                                            "[\"\\u12\"]",
                                            "[\"\\ud83d\"]",
                                            "[\"\\ud83dx\"]",
                                            "[\"\\ude00\"]",
                                            "[\"\\ud83d\\ud83d\"]",
                                            "\xEF\xBB\xBF[1]"};
    for (const auto& text : texts) {
      CAPTURE(text);
      CHECK(refusal(text) == "not JSON");
    }
  }

  TEST_CASE("bytes that are no UTF-8 are told apart, wherever they are") {
    for (const char* bytes :
         {"\xC3", "\x80", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF0\x9F\x98", "\xF4\x90\x80\x80", "\xFF"}) {
      CAPTURE(bytes);
      CHECK(refusal("{\"a\":\"" + std::string{bytes} + "\"}") == "not valid UTF-8");
      CHECK(refusal("{\"a\":\"a long text before it, more than a vector register" + std::string{bytes} + "\"}") ==
            "not valid UTF-8");
      CHECK(refusal("{\"" + std::string{bytes} + "\":1}") == "not valid UTF-8");
      CHECK(refusal("[1," + std::string{bytes} + "]") == "not valid UTF-8");
    }
    CHECK(refusal("[\"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\xEF\xBF\xBF\xF4\x8F\xBF\xBF\"]").empty());
  }

  TEST_CASE("nesting ends at the limit, also where the rest is no JSON") {
    CHECK(refusal(nested(limits::json_depth)).empty());
    CHECK(refusal(nested(limits::json_depth + 1)) == "nested more than 64 deep");
    CHECK(refusal(std::string(1'000'000, '[')) == "nested more than 64 deep");
    std::string objects;
    for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
    CHECK(refusal(objects) == "nested more than 64 deep");
    CHECK(refusal("[" + nested(63) + "," + nested(63) + "]").empty());
    CHECK(refusal("[" + nested(63) + "," + nested(64) + "]") == "nested more than 64 deep");
  }

  TEST_CASE("escapes stand for what they say, NUL among them") {
    JsonReader reader;
    std::string problem;
    const auto* document = reader.read(R"({"a":"\u0000\ud83d\ude00\u00e4\/\b\"\u007f"})", problem);
    REQUIRE(document != nullptr);
    RequestSample sample;
    CHECK(text_field(document->get_object(), "a", sample) == "\0\xF0\x9F\x98\x80\xC3\xA4/\b\"\x7f"s);
  }

  TEST_CASE("of a key that comes twice the last value counts, in small objects and in large ones") {
    std::string members;
    for (int i = 0; i < 100; ++i) members += ",\"m" + std::to_string(i) + "\":0";
    for (const auto& text : {R"({"a":"one","b":1,"a":"two"})"s, R"({"a":"one")"s + members + R"(,"\u0061":"two"})"}) {
      JsonReader reader;
      std::string problem;
      const auto* document = reader.read(text, problem);
      REQUIRE(document != nullptr);
      RequestSample sample;
      CHECK(text_field(document->get_object(), "a", sample) == "two");
    }
  }

  TEST_CASE("integers are those of 64 bits with sign, and below 2^53 what is whole however it is written") {
    const std::vector<std::pair<std::string, std::optional<std::int64_t>>> rows = {
        {"0", 0},
        {"-0", 0},
        {"9223372036854775807", INT64_MAX},
        {"-9223372036854775808", INT64_MIN},
        {"9223372036854775808", std::nullopt},
        {"18446744073709551616", std::nullopt},
        {"-9223372036854775809", std::nullopt},
        {"1.0", 1},
        {"-3.0", -3},
        {"12.000000", 12},
        {"-0.0", 0},
        {"1e2", 100},
        {"900719925474099.0", 900719925474099},
        {"9007199254740992.0", std::nullopt},
        {"-9007199254740992.0", std::nullopt},
        {"1e19", std::nullopt},
        {"12.5", std::nullopt},
        {"1e-9", std::nullopt},
        {"-1e400", std::nullopt},
        {"1e400", std::nullopt},
        {"true", std::nullopt},
        {"\"1\"", std::nullopt},
    };
    for (const auto& [text, expected] : rows) {
      CAPTURE(text);
      JsonReader reader;
      std::string problem;
      const auto* document = reader.read(text, problem);
      REQUIRE(document != nullptr);
      CHECK(integer(*document) == expected);
    }
  }

  TEST_CASE("numbers with a fraction are good to fifteen digits at least") {
    for (const char* text :
         {"-0.00012345678901234567", "123.456", "0.1", "1.7976931348623157e308", "5e-324", "-13.815510557964274"}) {
      CAPTURE(text);
      JsonReader reader;
      std::string problem;
      const auto* document = reader.read(text, problem);
      REQUIRE(document != nullptr);
      const double exact = std::strtod(text, nullptr);
      CHECK(std::abs(document->get_double() - exact) <= std::abs(exact) * 1e-15);
    }
  }

  TEST_CASE("one reader reads one text after the other, whatever became of the last") {
    JsonReader reader;
    std::string problem;
    RequestSample sample;
    const std::string large(100'000, 'x');
    for (int i = 0; i < 3; ++i) {
      const auto* document = reader.read(R"({"a":")" + large + R"(","b":[1,2,{"c":"short"}]})", problem);
      REQUIRE(document != nullptr);
      CHECK(text_field(document->get_object(), "a", sample) == large);
      CHECK(reader.read(R"({"a":"cut o)", problem) == nullptr);
      CHECK(reader.read(R"({"a":[{"b":"text)" + large + "\"}", problem) == nullptr);
      CHECK(reader.read(std::string(1000, '['), problem) == nullptr);
      document = reader.read(R"({"a":"small"})", problem);
      REQUIRE(document != nullptr);
      CHECK(text_field(document->get_object(), "a", sample) == "small");
    }
  }

  TEST_CASE("counters that are no numbers, or none that can be, change nothing") {
    const auto sample = counted(R"({"timings":{"prompt_n":5.0,"predicted_n":5.5,"cache_n":"7","draft_n":18446744073709551615,
      "predicted_ms":1e400,"prompt_ms":7}})");
    CHECK(sample.timings.prompt_n == 5);
    CHECK(sample.timings.prompt_ms == 7);
    CHECK_FALSE(sample.timings.predicted_n.has_value());
    CHECK_FALSE(sample.timings.cache_n.has_value());
    CHECK_FALSE(sample.timings.draft_n.has_value());
    CHECK_FALSE(sample.timings.predicted_ms.has_value());
    CHECK(counted(R"({"usage":{"completion_tokens":18446744073709551616}})").protocol_faults ==
          std::vector<std::string>{"usage completion_tokens is no integer"});
    CHECK(counted(R"({"usage":{"completion_tokens":12.5}})").protocol_faults ==
          std::vector<std::string>{"usage completion_tokens is no integer"});
    CHECK(counted(R"({"usage":{"completion_tokens":-3.0}})").protocol_faults ==
          std::vector<std::string>{"usage completion_tokens is negative: -3"});
    CHECK_FALSE(counted(R"({"usage":{"completion_tokens":-3}})").usage.completion_tokens.has_value());
    CHECK(counted(R"({"usage":{"completion_tokens":1e400}})").protocol_faults ==
          std::vector<std::string>{"usage completion_tokens is no integer"});
    CHECK(counted(R"({"usage":null,"timings":[]})") == RequestSample{});
  }

  TEST_CASE("counts that are written as numbers with a point are counts where they are whole") {
    const auto sample = counted(
        R"({"usage":{"prompt_tokens":7.0,"completion_tokens":12.0,"total_tokens":19,"prompt_tokens_details":{"cached_tokens":3e0}}})");
    CHECK(sample.protocol_faults.empty());
    CHECK(sample.usage == Usage{7, 12, 3, 19});
    for (int count = 0; count < 5000; ++count) {
      CAPTURE(count);
      const auto same = counted(R"({"usage":{"completion_tokens":)" + std::to_string(count) + R"(.0}})");
      REQUIRE(same.usage.completion_tokens == count);
    }
  }

  TEST_CASE("a value that should be text is shown as JSON") {
    JsonReader reader;
    std::string problem;
    RequestSample sample;
    const auto* document = reader.read(R"({"a":{"b":[1,null,true,"\u00e4\n"]},"b":null})", problem);
    REQUIRE(document != nullptr);
    CHECK(text_field(document->get_object(), "a", sample).empty());
    CHECK(text_field(document->get_object(), "b", sample).empty());
    CHECK(sample.protocol_faults == std::vector<std::string>{"a is no string but \"{\"b\":[1,null,true,\"\xC3\xA4\\n\"]}\""});
  }
}
