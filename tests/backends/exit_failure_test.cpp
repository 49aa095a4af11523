#include "backends/exit_failure.hpp"
#include "backends/capped_log.hpp"
#include "backends/printable.hpp"
#include "core/text.hpp"
#include "support/fake_engine.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

using namespace sweetspot;

namespace {

// As waitpid gives them.
constexpr int exit_1 = 1 << 8;
constexpr int killed = 9;
constexpr int aborted = 6;

void write_to(const CappedLog& log, const std::string& bytes) {
  REQUIRE(write(log.descriptor(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
}

}  // namespace

TEST_SUITE("backends/exit_failure") {
  TEST_CASE("a pattern of the engine's tells what the end of a start means") {
    const auto failure = failure_from_exit(fake_engine(), exit_1, "loading\n0.01.22 E llama: FAILED to allocate buffer\nbye\n",
                                           ServerStage::loading);
    CHECK(failure.kind == FailureKind::out_of_memory);
    CHECK(failure.detail == "llama: FAILED to allocate buffer (use a smaller context)");
    CHECK(failure.log_tail == "loading\n0.01.22 E llama: FAILED to allocate buffer\nbye");
  }

  TEST_CASE("without a pattern the exit code and the last error line tell") {
    const auto failure = failure_from_exit(fake_engine(), exit_1, "error: no such file\nusage follows\n\n", ServerStage::loading);
    CHECK(failure.kind == FailureKind::launch_failed);
    CHECK(failure.detail == "the server ended with exit code 1 before it was ready: error: no such file");
  }

  TEST_CASE("a signal is a crash, and a kill may have been for want of memory") {
    const auto abort = failure_from_exit(fake_engine(), aborted, "", ServerStage::loading);
    CHECK(abort.kind == FailureKind::crashed);
    CHECK(abort.detail == "the server was ended by signal 6 (SIGABRT) before it was ready");
    const auto kill = failure_from_exit(fake_engine(), killed, "", ServerStage::answering);
    CHECK(kill.kind == FailureKind::crashed);
    CHECK(kill.detail.find("memory ran out") != std::string::npos);
  }

  TEST_CASE("a server that answered and ended has crashed, whatever its exit code") {
    CHECK(failure_from_exit(fake_engine(), exit_1, "done\n", ServerStage::answering).kind == FailureKind::crashed);
  }

  TEST_CASE("a line of a megabyte does not bring the patterns down") {
    const auto failure = failure_from_exit(fake_engine(), exit_1, std::string(1 << 20, 'x') + "\n", ServerStage::loading);
    CHECK(failure.kind == FailureKind::launch_failed);
    CHECK(failure.detail.size() < 600);
  }
}

TEST_SUITE("backends/capped_log") {
  TEST_CASE("a log that grows beyond its cap keeps head and tail and says what is missing") {
    CappedLog log{20};
    write_to(log, "0123456789abcde");
    CHECK(log.bytes() == "0123456789abcde");
    write_to(log, "fghijklmnopqrstuvwxyz");
    CHECK(log.bytes() == "0123456789\n[16 bytes left out]\nqrstuvwxyz");
    write_to(log, "ABC");
    CHECK(log.bytes() == "0123456789\n[19 bytes left out]\ntuvwxyzABC");
    write_to(log, std::string(100, '-'));
    log.trim();
    write_to(log, "end");
    CHECK(log.bytes() == "0123456789\n[122 bytes left out]\n-------end");
  }
}

TEST_SUITE("backends/utf8") {
  TEST_CASE("only well-formed UTF-8 is valid") {
    CHECK(valid_utf8("plain \xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80"));
    for (const char* bad : {"\xC3", "\xC3 ", "\x80", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF"}) {
      CAPTURE(bad);
      CHECK_FALSE(valid_utf8(bad));
    }
  }

  TEST_CASE("text of a stranger loses escape sequences, control bytes and what is no UTF-8") {
    CHECK(printable("a\x1b[31;1mb\x1b[0mc\r\n\x07\td\x1b]0;title\x07"
                    "e") == "abc\n de");
    CHECK(printable("a\xFF"
                    "b\xC2\x9B"
                    "c\x1b") ==
          "a\xEF\xBF\xBD"
          "bc");
  }
}
