#include "backends/http_client.hpp"
#include "backends/local_port.hpp"
#include "core/error.hpp"
#include "core/limits.hpp"
#include "support/canned_server.hpp"
#include "support/interrupts.hpp"

#include <doctest/doctest.h>

using namespace sweetspot;
using namespace std::chrono_literals;

namespace {

const HttpDeadlines ample{.connect = 5s, .total = 20s};

HttpEndpoint local(int port) { return {"127.0.0.1", port, ""}; }

HttpResponse get(const CannedServer& server, const HttpDeadlines& deadlines = ample) {
  return http_get(local(server.port()), "/x", deadlines, NeverInterrupted{});
}

/// An answer whose header has so many bytes, 3000 at least.
std::string with_header_of(std::size_t bytes) {
  std::string header = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n";
  const std::string name = "X-Padding: ";
  const std::size_t around = name.size() + 2;
  while (header.size() + 2 < bytes) {
    const std::size_t left = bytes - 2 - header.size();
    const std::size_t line = left < 2000 ? left : 1000;
    header += name + std::string(line - around, 'x') + "\r\n";
  }
  return header + "\r\n{}";
}

Failure failure_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const TrialError& error) {
    return error.failure();
  }
  FAIL("no TrialError");
  return {};
}

}  // namespace

TEST_SUITE("backends/http_client") {
  TEST_CASE("a request is plain HTTP with nothing compressed and nothing kept alive") {
    CannedServer server{"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"};
    const auto response = http_post({"127.0.0.1", server.port(), "/base"}, "/path", R"({"a":1})", ample, NeverInterrupted{});
    CHECK(response.status == 200);
    CHECK(response.content_type == "application/json");
    CHECK(response.body == "{}");
    CHECK(response.end == HttpResponse::End::complete);
    CHECK(server.request().starts_with("POST /base/path HTTP/1.1\r\n"));
    CHECK(server.request().find("Accept-Encoding: identity\r\n") != std::string::npos);
    CHECK(server.request().find("Connection: close\r\n") != std::string::npos);
    CHECK(server.request().find("Content-Length: 7\r\n") != std::string::npos);
  }

  TEST_CASE("a key and headers of the engine's go with each request, without them nothing does") {
    const std::string answer = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}";
    CannedServer server{answer};
    HttpEndpoint endpoint = local(server.port());
    endpoint.headers = {{"X-Engine", "yes"}};
    endpoint.api_key = "k-123";
    CHECK(http_get(endpoint, "/x", ample, NeverInterrupted{}).status == 401);
    CHECK(server.request().find("Authorization: Bearer k-123\r\n") != std::string::npos);
    CHECK(server.request().find("X-Engine: yes\r\n") != std::string::npos);
    CannedServer open{answer};
    (void)get(open);
    CHECK(open.request().find("Authorization") == std::string::npos);
  }

  TEST_CASE("a chunked body is put together and seen in pieces that add up to it") {
    CannedServer server{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"};
    std::string seen;
    const auto response =
        http_post(local(server.port()), "/x", "{}", ample, NeverInterrupted{}, [&](std::string_view bytes, auto) {
          seen += bytes;
          return true;
        });
    CHECK(response.body == "abcde");
    CHECK(seen == "abcde");
  }

  TEST_CASE("a chunk is seen when it arrives, not when the next one does") {
    CannedServer server{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", CannedServer::Then::hold};
    std::string seen;
    http_post(local(server.port()), "/x", "{}", ample, NeverInterrupted{}, [&](std::string_view bytes, auto) {
      seen += bytes;
      return !bytes.empty();
    });
    CHECK(seen == "abc");
  }

  TEST_CASE("errors and redirects of the server are answers like others") {
    CannedServer failing{"HTTP/1.1 500 Oops\r\nContent-Length: 3\r\n\r\nbad"};
    CHECK(get(failing).status == 500);
    CannedServer moved{"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"};
    CHECK(get(moved).status == 302);
  }

  TEST_CASE("interim responses before the answer are passed over") {
    const std::string interim =
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\nContent-Length: 9\r\n\r\n";
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
    CannedServer server{interim + answer};
    std::string seen;
    const auto response =
        http_post(local(server.port()), "/x", "{}", ample, NeverInterrupted{}, [&](std::string_view bytes, auto) {
          seen += bytes;
          return true;
        });
    CHECK(response.status == 200);
    CHECK(response.content_type == "application/json");
    CHECK(response.body == "{}");
    CHECK(response.end == HttpResponse::End::complete);
    CHECK(seen == "{}");
  }

  TEST_CASE("interim responses are no answer, however many come") {
    const std::string processing = "HTTP/1.1 102 Processing\r\n\r\n";
    std::string many;
    for (int i = 0; i < limits::interim_responses; ++i) many += processing;
    CannedServer patient{many + "HTTP/1.1 204 No Content\r\n\r\n"};
    CHECK(get(patient).status == 204);
    CannedServer endless{many + processing, CannedServer::Then::hold};
    CHECK(failure_of([&] { get(endless); }).detail.find("more than 100 interim responses") != std::string::npos);
    CannedServer gone{processing};
    CHECK(failure_of([&] { get(gone); }).detail.find("without an answer") != std::string::npos);
    CannedServer mute{processing, CannedServer::Then::hold};
    CHECK(failure_of([&] { get(mute, {.connect = 5s, .total = 60ms}); }).kind == FailureKind::timed_out);
    CannedServer switching{"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"};
    CHECK(get(switching).status == 101);
  }

  TEST_CASE("a body that ends early is returned as far as it came") {
    CannedServer counted{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"};
    auto response = get(counted);
    CHECK(response.end == HttpResponse::End::truncated);
    CHECK(response.body == "abc");
    CannedServer chunked{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"};
    response = get(chunked);
    CHECK(response.end == HttpResponse::End::truncated);
    CHECK(response.body == "abc");
  }

  TEST_CASE("a connection that never was, closes without a word, or speaks no HTTP is a bad response") {
    const int nobody = free_local_port();
    CHECK(failure_of([&] { http_get(local(nobody), "/x", ample, NeverInterrupted{}); }).kind == FailureKind::bad_response);
    CannedServer silent{""};
    CHECK(failure_of([&] { get(silent); }).detail.find("without an answer") != std::string::npos);
    CannedServer rude{"220 mail.example ready\r\n\r\n"};
    CHECK(failure_of([&] { get(rude); }).kind == FailureKind::bad_response);
  }

  TEST_CASE("a body above the cap is refused, announced or not") {
    CannedServer announced{"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nabc"};
    CHECK(failure_of([&] { get(announced); }).detail.find("larger than") != std::string::npos);
    CannedServer endless{"HTTP/1.1 200 OK\r\n\r\n" + std::string(limits::response_bytes + 1, 'x')};
    CHECK(failure_of([&] { get(endless); }).detail.find("larger than") != std::string::npos);
  }

  TEST_CASE("a header may be as large as the cap, and no byte larger, however it arrives") {
    for (const std::size_t bytes : {std::size_t{10'000}, std::size_t{limits::response_header_bytes}}) {
      CAPTURE(bytes);
      CannedServer server{with_header_of(bytes)};
      const auto response = get(server);
      CHECK(response.status == 200);
      CHECK(response.body == "{}");
    }
    for (const std::size_t bytes : {limits::response_header_bytes + 1u, 2 * limits::response_header_bytes, 1u << 20}) {
      CAPTURE(bytes);
      CannedServer server{with_header_of(bytes)};
      const auto failure = failure_of([&] { get(server); });
      CHECK(failure.kind == FailureKind::bad_response);
      CHECK(failure.detail.find("the header of the answer of") != std::string::npos);
      CHECK(failure.detail.find("larger than 65536 bytes") != std::string::npos);
    }
    CannedServer one_line{"HTTP/1.1 200 OK\r\nX-Padding: " + std::string(limits::response_header_bytes, 'x') + "\r\n\r\n"};
    CHECK(failure_of([&] { get(one_line); }).detail.find("larger than 65536 bytes") != std::string::npos);
  }

  TEST_CASE("what frames the chunks of a body has a cap, too") {
    const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    CannedServer sound{head + "2;note=short\r\n{}\r\n0\r\nX-Sum: 7\r\n\r\n"};
    CHECK(get(sound).body == "{}");
    CannedServer extension{head + "2;note=" + std::string(1 << 20, 'x') + "\r\n{}\r\n0\r\n\r\n"};
    CHECK(failure_of([&] { get(extension); }).detail.find("more than 65536 bytes") != std::string::npos);
    CannedServer trailer{head + "2\r\n{}\r\n0\r\nX-Sum: " + std::string(100'000, '7') + "\r\n\r\n"};
    CHECK(failure_of([&] { get(trailer); }).detail.find("more than 65536 bytes") != std::string::npos);
  }

  TEST_CASE("an answer that does not come in time is timed out, before its header and within its body") {
    CannedServer mute{"", CannedServer::Then::hold};
    const auto failure = failure_of([&] { get(mute, {.connect = 5s, .total = 60ms}); });
    CHECK(failure.kind == FailureKind::timed_out);
    CHECK(failure.detail.find("0.06 s") != std::string::npos);
    CannedServer stuck{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", CannedServer::Then::hold};
    CHECK(failure_of([&] { get(stuck, {.connect = 5s, .total = 60ms}); }).kind == FailureKind::timed_out);
  }

  TEST_CASE("an interrupt ends the wait") {
    CannedServer mute{"", CannedServer::Then::hold};
    CHECK_THROWS_AS(http_get(local(mute.port()), "/x", ample, InterruptAfter{4}), Interrupted);
  }

  TEST_CASE("the reader of the body can end the request, also while nothing arrives") {
    CannedServer server{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", CannedServer::Then::hold};
    int idle = 0;
    const auto response = http_post(local(server.port()), "/x", "{}", ample, NeverInterrupted{},
                                    [&](std::string_view bytes, auto) { return !bytes.empty() || ++idle < 2; });
    CHECK(response.end == HttpResponse::End::stopped);
    CHECK(response.status == 200);
    CHECK(response.body == "abc");
    CHECK(idle == 2);
  }

  TEST_CASE("what the reader of the body throws is passed on") {
    CannedServer server{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", CannedServer::Then::hold};
    const auto reader = [](std::string_view bytes, auto) -> bool {
      if (bytes.empty()) throw TrialError{Failure{FailureKind::timed_out, "silent", {}}};
      return true;
    };
    CHECK(failure_of([&] { http_post(local(server.port()), "/x", "{}", ample, NeverInterrupted{}, reader); }).detail == "silent");
  }

  TEST_CASE("a port that somebody listens on is refused by name") {
    CannedServer server{""};
    const auto failure = failure_of([&] { require_free_local_port(server.port()); });
    CHECK(failure.kind == FailureKind::not_ready);
    CHECK(failure.detail == "port " + std::to_string(server.port()) + " is already in use by another server");
    // The probe was a connection; the server still waits for it to speak.
  }
}
