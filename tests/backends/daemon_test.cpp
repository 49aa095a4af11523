#include "backends/daemon.hpp"
#include "backends/local_port.hpp"
#include "backends/probe.hpp"
#include "engine_fixture.hpp"
#include "support/canned_server.hpp"
#include "support/interrupts.hpp"

#include <doctest/doctest.h>

using namespace sweetspot;
using namespace sweetspot::test;

namespace {

EngineDescriptor with_daemon(int port) {
  EngineDescriptor engine = llama_server();
  engine.identity.daemon = {port, "/api/version", "/version"};
  return engine;
}

std::string answer(const std::string& body) { return "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body; }

std::string finding(const std::string& body, const std::string& installed) {
  CannedServer server{answer(body)};
  return daemon_finding(with_daemon(server.port()), installed, NeverInterrupted{});
}

}  // namespace

TEST_SUITE("backends/daemon") {
  TEST_CASE("a daemon of another version than the installed one is named, with what is older") {
    CHECK(finding(R"({"version":"0.9.6"})", "0.12.0").find("0.9.6, older than the installed 0.12.0") != std::string::npos);
    CHECK(finding(R"({"version":"0.12.1"})", "0.12.0").find("0.12.1, another than the installed 0.12.0") != std::string::npos);
    CHECK(finding(R"({"version":"0.12.0"})", "0.12.0").empty());
  }

  TEST_CASE("what answers without a version, and nobody at all, is no finding") {
    CHECK(finding(R"({"status":"ok"})", "0.12.0").empty());
    CHECK(finding(R"({"version":12})", "0.12.0").empty());
    CHECK(finding("not JSON", "0.12.0").empty());
    CHECK(finding(R"({"version":"0.9.6"})", "").empty());
    CHECK(daemon_finding(with_daemon(free_local_port()), "0.12.0", NeverInterrupted{}).empty());
    CHECK(daemon_finding(llama_server(), "b1", NeverInterrupted{}).empty());
  }
}
