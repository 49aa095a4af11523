#include "core/text.hpp"

#include "core/error.hpp"
#include "core/id.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using namespace sweetspot;
using namespace std::chrono_literals;

TEST_SUITE("core/text") {
  TEST_CASE("the closest word is found through swaps, gaps and case, and none when all are far") {
    const std::vector<std::string> words{"draft_depth", "threads", "threads_batch", "ubatch"};
    CHECK(closest("draft_detph", words) == "draft_depth");
    CHECK(closest("thread", words) == "threads");
    CHECK(closest("gup", {"gpu", "cpu"}) == "gpu");
    CHECK(closest("UBATCH", words) == "ubatch");
    CHECK_FALSE(closest("temperature", words));
    CHECK_FALSE(closest("", words));
    CHECK_FALSE(closest(std::string(100'000, 'a'), words));
    CHECK(did_you_mean("thread", words, "?") == "did you mean \"threads\"?");
  }

  TEST_CASE("text of a model cannot drive a terminal") {
    CHECK(escape_control("a\x1b[2Jb\r\n\tc") == "a\\x1b[2Jb\\x0d\\n\\tc");
    CHECK(escape_control("caf\xC3\xA9 \xE2\x82\xAC") == "caf\xC3\xA9 \xE2\x82\xAC");
    CHECK(escape_control("\xC2\x9B"
                         "31m") == "\\xc2\\x9b31m");
    CHECK(escape_control("\xFF\xC3(") == "\\xff\\xc3(");
    CHECK(escape_control(std::string_view("\0\x7F", 2)) == "\\x00\\x7f");
  }

  TEST_CASE("only strict UTF-8 is valid") {
    for (const char* good : {"", "a", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xF4\x8F\xBF\xBF"})
      CHECK(valid_utf8(good));
    for (const char* bad :
         {"\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\x80", "\xE2\x82", "\xF5\x80\x80\x80"}) {
      CHECK_FALSE(valid_utf8(bad));
    }
  }

  TEST_CASE("shortening counts characters and never cuts one") {
    CHECK(shortened("abcdef", 6) == "abcdef");
    CHECK(shortened("abcdefg", 6) == "abc...");
    CHECK(shortened("\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9", 4) == "\xC3\xA9...");
    CHECK(shortened("abcdef", 2) == "..");
    CHECK(utf8_length("\xC3\xA9"
                      "a\xFF") == 3);
  }

  TEST_CASE("replacement characters are counted") {
    CHECK(count_replacement_characters("a\xEF\xBF\xBD"
                                       "b\xEF\xBF\xBD\xEF\xBF\xBD") == 3);
    CHECK(count_replacement_characters("plain") == 0);
  }

  TEST_CASE("a time is written in UTC, also before 1970") {
    CHECK(utc_now_iso8601(std::chrono::system_clock::time_point{}) == "1970-01-01T00:00:00Z");
    CHECK(utc_now_iso8601(std::chrono::system_clock::time_point{1769847300s}) == "2026-01-31T08:15:00Z");
    CHECK(utc_now_iso8601(std::chrono::system_clock::time_point{-1ms}) == "1969-12-31T23:59:59Z");
  }

  TEST_CASE("durations are read with their units") {
    CHECK(parse_duration("9m") == 9min);
    CHECK(parse_duration("90s") == 90s);
    CHECK(parse_duration("1h30m") == 90min);
    CHECK(parse_duration("500ms") == 500ms);
    CHECK(parse_duration("1.5h") == 90min);
    CHECK(parse_duration("1m500ms") == 60'500ms);
    for (const char* bad : {"", "9", "m", "9x", "-9m", "30m1h", "9m ", "1h1h", "999999999h", "1..5h"}) {
      CAPTURE(bad);
      CHECK_THROWS_AS(parse_duration(bad), Error);
    }
  }

  TEST_CASE("sizes are read as powers of 1024") {
    CHECK(parse_size("24G") == 24LL << 30);
    CHECK(parse_size("512MiB") == 512LL << 20);
    CHECK(parse_size("1.5kb") == 1536);
    CHECK(parse_size("4096") == 4096);
    for (const char* bad : {"", "G", "24X", "24Gi", "-1G", "99999999T", "1 G"}) {
      CAPTURE(bad);
      CHECK_THROWS_AS(parse_size(bad), Error);
    }
  }

  TEST_CASE("ids are version 4 UUIDs and differ") {
    const std::string id = new_id();
    CHECK(id.size() == 36);
    CHECK(id[14] == '4');
    CHECK(std::string("89ab").find(id[19]) != std::string::npos);
    CHECK(id != new_id());
  }
}
