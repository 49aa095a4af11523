#include "backends/sse_parser.hpp"
#include "core/failure.hpp"
#include "core/limits.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace sweetspot;

namespace {

std::vector<std::string> data_of(const std::string& bytes, std::size_t piece) {
  SseParser parser;
  std::vector<std::string> result;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    parser.feed(std::string_view{bytes}.substr(at, piece), [&](const SseEvent& event) {
      result.push_back(event.event.empty() ? event.data : event.event + "|" + event.data);
    });
  }
  return result;
}

struct Row {
  std::string what;
  std::string bytes;
  std::vector<std::string> expected;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> all = {
      {"line feeds", "data: one\n\ndata: two\n\n", {"one", "two"}},
      {"carriage returns", "data: one\r\rdata: two\r\r", {"one", "two"}},
      {"both", "data: one\r\n\r\ndata: two\r\n\r\n", {"one", "two"}},
      {"all three mixed", "data: one\r\n\ndata: two\r\n\r\n", {"one", "two"}},
      {"no blank after the colon", "data:one\n\n", {"one"}},
      {"only the first blank goes", "data:  one \n\n", {" one "}},
      {"a byte order mark at the start",
       "\xEF\xBB\xBF"
       "data: one\n\n",
       {"one"}},
      {"a byte order mark further on is part of a field's name",
       "data: one\n\n\xEF\xBB\xBF"
       "data: two\n\n",
       {"one"}},
      {"several data lines are one event", "data: one\ndata\ndata: two\n\n", {"one\n\ntwo"}},
      {"comments and unknown fields", ": hello\nretry: 5\nfoo: bar\ndata: one\n: again\n\n", {"one"}},
      {"an event without data is none", "event: ping\n\ndata: one\n\n", {"one"}},
      {"empty data is an event", "data\n\n", {""}},
      {"a name", "event: error\ndata: one\n\ndata: two\n\n", {"error|one", "two"}},
      {"no final blank line", "data: one\n\ndata: two\n", {"one"}},
      {"characters of several bytes", "data: \xC3\xA4\xF0\x9F\x98\x80\n\n", {"\xC3\xA4\xF0\x9F\x98\x80"}},
      {"a colon in the data", "data: {\"a\":1}\n\n", {"{\"a\":1}"}},
  };
  return all;
}

}  // namespace

TEST_SUITE("backends/sse_parser") {
  TEST_CASE("events come out the same however the bytes are split") {
    for (const auto& row : rows()) {
      for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{3}, row.bytes.size()}) {
        CAPTURE(row.what);
        CAPTURE(piece);
        CHECK(data_of(row.bytes, piece) == row.expected);
      }
    }
  }

  TEST_CASE("what has no blank line behind it is kept as evidence") {
    SseParser parser;
    parser.feed("data: one\n\ndata: two\ndata: thr", [](const SseEvent&) {});
    CHECK(parser.unterminated() == "two\ndata: thr");
    CHECK(SseParser{}.unterminated().empty());
  }

  TEST_CASE("comments are counted") {
    SseParser parser;
    parser.feed(": a\n:\n\ndata: one\n\n", [](const SseEvent&) {});
    CHECK(parser.comments() == 2);
  }

  TEST_CASE("a line above the limit ends the stream, also when it comes in pieces") {
    SseParser parser;
    const std::string piece(limits::sse_line_bytes / 2, 'x');
    const auto feed = [&] { parser.feed(piece, [](const SseEvent&) {}); };
    feed();
    feed();
    CHECK_THROWS_AS(feed(), TrialError);
  }

  TEST_CASE("more events than the limit end the stream") {
    SseParser parser;
    std::size_t seen = 0;
    const auto feed = [&](std::size_t count) {
      for (std::size_t i = 0; i < count; ++i) parser.feed("data\n\n", [&](const SseEvent&) { ++seen; });
    };
    feed(limits::sse_events);
    CHECK(seen == limits::sse_events);
    CHECK_THROWS_AS(feed(1), TrialError);
  }
}
