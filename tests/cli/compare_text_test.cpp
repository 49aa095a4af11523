#include "cli/compare_text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace sweetspot;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

CompareReport compared(const std::vector<double>& logs) {
  CompareReport report;
  report.a.verdict = Verdict{};
  report.a.verdict->outcome = Outcome::pass;
  report.b.verdict = report.a.verdict;
  report.decision = claimed(decide(logs));
  return report;
}

}  // namespace

TEST_SUITE("cli/compare_text") {
  TEST_CASE("which side is faster is told from as many blocks as a claim needs") {
    CHECK(has(compare_text(compared({0.2, 0.2, 0.21, 0.2, 0.2, 0.21})), "b is faster than a: 1.23x"));
    CHECK(has(compare_text(compared({-0.2, -0.2, -0.21, -0.2, -0.2, -0.21})), "b is slower than a: 0.82x"));
    CHECK(has(compare_text(compared({0.2, 0.2, 0.21, 0.2, 0.2})), "1.22x after 5 blocks: too few to tell"));
    CHECK(has(compare_text(compared({})), "the time was used up"));
  }

  TEST_CASE("a sure difference that is none worth telling is not called faster") {
    const std::string text = compare_text(compared({0.004, 0.0041, 0.004, 0.0042, 0.004, 0.0041}));
    CHECK(has(text, "a difference too small to be claimed (below 1.0 %): 1.00x"));
    CHECK_FALSE(has(text, "faster"));
    CHECK(has(compare_text(compared({0.05, -0.05, 0.04, -0.04, 0.05, -0.05})), "no difference could be told"));
  }

  TEST_CASE("a side that is of no use is named with what it is, not with the time") {
    CompareReport report = compared({});
    report.b.verdict->outcome = Outcome::inconclusive;
    report.b.verdict->detail = "the flag did nothing that could be seen";
    const std::string text = compare_text(report);
    CHECK(has(text, "not compared: b is inconclusive"));
    CHECK(has(text, "the flag did nothing that could be seen"));
    CHECK_FALSE(has(text, "--budget"));
    report.a.failure = Failure{FailureKind::crashed, "ended by signal 11", ""};
    CHECK(has(compare_text(report), "not compared: a is crashed"));
  }

  TEST_CASE("two builds are told with their versions, one build is not") {
    CompareReport report = compared({});
    report.a.engine = report.b.engine = {"llama-server", "b1000", "old/llama-server"};
    CHECK_FALSE(has(compare_text(report), "b1000"));
    report.b.engine = {"llama-server", "b2000", "new/llama-server"};
    CHECK(has(compare_text(report), "llama-server b1000"));
    CHECK(has(compare_text(report), "llama-server b2000"));
  }
}
