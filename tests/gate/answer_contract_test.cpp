#include "gate/ask_candidate.hpp"
#include "gate/call_ids.hpp"
#include "gate/gate.hpp"

#include "support/answers.hpp"

#include <doctest/doctest.h>

// What an answer promises beside its text: why it ended, what its tokens are, whose calls it holds.

using namespace sweetspot;
using namespace sweetspot::testing;

namespace {

constexpr const char* said = "the fox went home over the hill before it was dark";

RequestSample with_calls(const std::vector<std::string>& arguments, const std::string& id = "call-") {
  RequestSample sample = answer("<call>");
  sample.text.clear();
  sample.finish_reason = "tool_calls";
  for (std::size_t i = 0; i < arguments.size(); ++i)
    sample.calls.push_back({static_cast<int>(i), id + std::to_string(i), "function", "weather", arguments[i]});
  return sample;
}

struct Pair {
  ReferenceAnswer reference;
  CandidateAnswer candidate;

  explicit Pair(const RequestSample& sample)
      : reference(reference_answer("prose-0", sample)), candidate(candidate_answer(sample)) {
    reference.prompt.tools_json = R"([{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}])";
  }

  PromptCase prompt_case() const { return {reference, candidate, 0.5}; }
};

std::string detail(const std::optional<Evidence>& evidence) { return evidence ? evidence->detail : ""; }

/// Answers to tool prompts, each streamed and plain with ids of its own or with these.
struct Calls {
  Reference reference;
  Interview interview;

  explicit Calls(const std::vector<std::string>& known, const std::vector<std::string>& observed) {
    for (std::size_t i = 0; i < known.size(); ++i) {
      reference.answers.push_back(reference_answer("tools-" + std::to_string(i), with_calls({"{}"}, known[i] + "p")));
      reference.answers.back().streamed = with_calls({"{}"}, known[i] + "s");
      interview.answers.push_back(candidate_answer(with_calls({"{}"}, observed[i] + "p")));
      interview.answers.back().streamed = with_calls({"{}"}, observed[i] + "s");
      interview.answers.back().reference_index = i;
    }
  }
};

}  // namespace

TEST_SUITE("gate/contract") {
  TEST_CASE("the same answer ends for the same reason") {
    Pair pair(answer(said));
    CHECK_FALSE(check_protocol(pair.prompt_case()));
    SUBCASE("cut or not") {
      pair.reference.streamed.finish_reason = "length";
      CHECK(detail(check_protocol(pair.prompt_case())).find("instead of \"length\"") != std::string::npos);
    }
    SUBCASE("not where the text is another one") {
      pair.reference.streamed.finish_reason = "length";
      pair.candidate.streamed.text += " and";
      CHECK_FALSE(check_protocol(pair.prompt_case()));
    }
    SUBCASE("a reason that nothing explains") {
      for (const char* reason : {"content_filter", "tool_calls", "function_call", ""}) {
        CAPTURE(reason);
        pair.candidate.plain->finish_reason = reason;
        CHECK(check_protocol(pair.prompt_case()));
        pair.reference.plain.finish_reason = reason;  // the engine's way
        CHECK_FALSE(check_protocol(pair.prompt_case()));
        pair.reference.plain.finish_reason = "stop";
      }
    }
    SUBCASE("calls may end with either word") {
      Pair calls(with_calls({"{}"}));
      calls.reference.streamed.finish_reason = "stop";
      calls.reference.plain.finish_reason = "stop";
      CHECK_FALSE(check_protocol(calls.prompt_case()));
    }
  }

  TEST_CASE("a list of tokens that was changed to fit a changed text is seen") {
    Pair pair(answer(said));
    RequestSample& plain = *pair.candidate.plain;
    plain.tokens[1].bytes = " vixen";
    plain.text.replace(plain.text.find(" fox"), 4, " vixen");
    CHECK(detail(check_conservation(pair.prompt_case())).find("is spelt otherwise") != std::string::npos);
    SUBCASE("not with another id") {
      plain.tokens[1].id = word_id(" vixen");
      CHECK_FALSE(check_conservation(pair.prompt_case()));
    }
  }

  TEST_CASE("the same tokens make the same calls in the same order") {
    Pair pair(with_calls({R"({"city": "Rome"})", R"({"city": "Oslo"})"}));
    CHECK_FALSE(check_conservation(pair.prompt_case()));
    std::swap(pair.candidate.plain->calls[0].arguments, pair.candidate.plain->calls[1].arguments);
    CHECK(detail(check_conservation(pair.prompt_case())) == "the same tokens make another text");
  }

  TEST_CASE("arguments that are spaced or escaped otherwise in one of both modes are the same") {
    Pair pair(with_calls({R"({"city": "Zürich"})"}));
    pair.candidate.streamed.calls[0].arguments = "{\"city\":\"Z\\u00fcrich\"}";
    CHECK_FALSE(check_stream(pair.prompt_case()));
    CHECK_FALSE(check_conservation(pair.prompt_case()));
    pair.candidate.streamed.calls[0].arguments = R"({"city": "Zurich"})";
    CHECK(check_stream(pair.prompt_case()));
  }

  TEST_CASE("ids of calls are not given twice, unless the engine does so as it comes") {
    CHECK_FALSE(
        repeated_call_id(Calls({"a", "b", "c"}, {"d", "e", "f"}).reference, Calls({"a", "b", "c"}, {"d", "e", "f"}).interview));
    const Calls twice({"a", "b", "c"}, {"d", "e", "d"});
    const auto fault = repeated_call_id(twice.reference, twice.interview);
    REQUIRE(fault);
    CHECK(fault->prompt_id == "tools-2");
    CHECK(fault->detail.find("tools-0") != std::string::npos);
    const Calls engines_way({"a", "b", "a"}, {"d", "e", "d"});
    CHECK_FALSE(repeated_call_id(engines_way.reference, engines_way.interview));
    const Calls too_few({"a"}, {"d"});
    CHECK_FALSE(repeated_call_id(too_few.reference, too_few.interview));
  }

  TEST_CASE("a server may send a whole answer as one piece, and is silent as long as it takes") {
    Reference reference;
    reference.answers.push_back(reference_answer("prose-0", answer(said)));
    using namespace std::chrono_literals;
    CHECK(silence_limit(reference) == 10s);
    RequestSample& streamed = reference.answers[0].streamed;
    streamed.last_token_ms = 14'000;
    CHECK(silence_limit(reference) == 28s);
    streamed.chunks = {{100, 4}, {800, 4}};
    CHECK(silence_limit(reference) == 35s);
    streamed.last_token_ms = 400'000;
    CHECK(silence_limit(reference) == 60s);
  }
}
