#include "run/measure.hpp"

#include "core/decode_rate.hpp"
#include "gate/prompt_set.hpp"

#include <doctest/doctest.h>

using namespace sweetspot;

namespace {

/// `tokens` tokens in chunks of `per_chunk`, one chunk every `gap_ms`, four bytes a token.
RequestSample streamed(const std::string& prompt_class, int tokens, int per_chunk, double gap_ms, double first_ms = 100) {
  RequestSample sample;
  sample.prompt_class = prompt_class;
  sample.usage.completion_tokens = tokens;
  sample.usage.prompt_tokens = 1000;
  sample.usage.cached_tokens = 0;
  double at = first_ms;
  for (int sent = 0; sent < tokens; sent += per_chunk, at += gap_ms) sample.chunks.push_back({at, std::int64_t{4} * per_chunk});
  sample.first_token_ms = first_ms;
  sample.last_token_ms = sample.chunks.back().at_ms;
  return sample;
}

}  // namespace

TEST_SUITE("run/measure") {
  TEST_CASE("tokens are counted by the server, not by chunks") {
    CHECK(*decode_rate(streamed("code", 101, 1, 10)) == doctest::Approx(100));
    CHECK(*decode_rate(streamed("code", 200, 4, 40)) == doctest::Approx(100));
  }

  TEST_CASE("a fat first chunk gains nothing: its tokens are out of the rate") {
    RequestSample sample = streamed("code", 216, 1, 10);
    RequestSample fat = sample;
    fat.chunks.erase(fat.chunks.begin(), fat.chunks.begin() + 50);
    fat.chunks.front().bytes = std::int64_t{4} * 51;
    CHECK(*decode_rate(fat) == doctest::Approx(*decode_rate(sample)).epsilon(0.01));
  }

  TEST_CASE(
      "tokens without text before the first chunk and after the last are in the time where the server tells when they were") {
    RequestSample sample = streamed("code", 98, 1, 10);  // at 100 ms, 110 ms, ...
    sample.usage.completion_tokens = 101;                // two before the first chunk, the end after the last
    CHECK(*decode_rate(sample) > 102);
    sample.first_counted_ms = sample.chunks.front().at_ms - 20;
    sample.last_counted_ms = sample.chunks.back().at_ms + 10;
    CHECK(*decode_rate(sample) == doctest::Approx(100));
    RequestSample fat = streamed("code", 100, 1, 10);
    fat.chunks.erase(fat.chunks.begin(), fat.chunks.begin() + 50);
    fat.chunks.front().bytes = std::int64_t{4} * 51;
    fat.first_counted_ms = fat.chunks.front().at_ms;  // fifty tokens at once are no first token
    fat.last_counted_ms = fat.chunks.back().at_ms;
    CHECK(*decode_rate(fat) == doctest::Approx(100).epsilon(0.02));
  }

  TEST_CASE("answers too short to tell have no rate") { CHECK_FALSE(decode_rate(streamed("short", 8, 1, 10))); }

  TEST_CASE("a call that was held back and then sent at once has no rate") {
    CHECK_FALSE(decode_rate(streamed("tools", 40, 20, 0.1)));
    CHECK(decode_rate(streamed("tools", 40, 10, 5)));
  }

  TEST_CASE("the rate of a class rests on the answers that have one") {
    const Goal& goal = find_goal("decode");
    const auto rate_of = [&](const std::vector<RequestSample>& samples) {
      return summarised(samples, goal, {}, std::nullopt).classes.at("tools").decode_tokens_per_second;
    };
    CHECK_FALSE(rate_of({streamed("tools", 20, 1, 10), streamed("tools", 12, 1, 10)}));
    CHECK(rate_of({streamed("tools", 20, 1, 10), streamed("tools", 20, 1, 10)}));
  }

  TEST_CASE("under speculation few tokens are told of, of all classes together") {
    const auto findings = [](int answers) {
      std::vector<RequestSample> samples(static_cast<std::size_t>(answers), streamed("tools", 40, 1, 10));
      for (RequestSample& sample : samples) {
        sample.timings.draft_n = 30;
        sample.timings.draft_n_accepted = 10;
      }
      const Measurement measurement = summarised(samples, find_goal("decode"), {}, std::nullopt);
      CHECK(measurement.decode_tokens_per_second);  // as the default has, so that both can be compared
      return measurement.findings.size();
    };
    CHECK(findings(3) == 1);
    CHECK(findings(4) == 0);
  }

  TEST_CASE("a workload of long prompts alone has a rate, beside others they do not count") {
    const Goal& goal = find_goal("decode");
    const RequestSample slow = streamed(class_cold, 101, 1, 20);
    CHECK(*summarised({slow}, goal, {}, std::nullopt).decode_tokens_per_second == doctest::Approx(50));
    CHECK(*summarised({slow, streamed("code", 101, 1, 10)}, goal, {}, std::nullopt).decode_tokens_per_second ==
          doctest::Approx(100));
  }

  TEST_CASE("an engine without timings is held against two lengths of one answer that were not streamed") {
    const auto findings = [](double ms_apart) {
      std::vector<RequestSample> samples = {streamed("prose", 101, 1, 10)};
      for (const auto& [tokens, ms] : {std::pair{16, 300.0}, std::pair{96, 300.0 + ms_apart}}) {
        RequestSample sample;
        sample.prompt_class = class_unstreamed;
        sample.usage.completion_tokens = tokens;
        sample.total_ms = ms;
        samples.push_back(sample);
      }
      const Measurement measurement = summarised(samples, find_goal("decode"), {}, std::nullopt);
      CHECK_FALSE(measurement.classes.contains(class_unstreamed));
      CHECK(*measurement.decode_tokens_per_second == doctest::Approx(100));
      return measurement.findings.size();
    };
    CHECK(findings(800) == 0);
    CHECK(findings(1600) == 1);
    CHECK(findings(400) == 1);
  }

  TEST_CASE("cached tokens are out of the prefill rate") {
    RequestSample cold = streamed(class_cold, 40, 1, 10, 500);
    const Goal& goal = find_goal("decode");
    CHECK(*summarised({cold}, goal, {}, std::nullopt).prefill_tokens_per_second == doctest::Approx(2000));
    cold.usage.cached_tokens = 900;
    CHECK(*summarised({cold}, goal, {}, std::nullopt).prefill_tokens_per_second == doctest::Approx(200));
    cold.usage.cached_tokens.reset();
    cold.timings.cache_n = 900;  // as some engines say it
    CHECK(*prefill_rate(cold) == doctest::Approx(200));
  }

  TEST_CASE("the agent's score counts warm turns nine times, so that a switched-off cache cannot win") {
    std::vector<RequestSample> samples;
    for (const char* name : {"code", "tools", "prose"}) samples.push_back(streamed(name, 101, 1, 10));
    samples.push_back(streamed(class_cold, 101, 1, 10, 1000));
    samples.push_back(streamed(class_warm, 101, 1, 10, 50));
    const Measurement cached = summarised(samples, find_goal("agent"), {}, std::nullopt);
    CHECK(*cached.score_s == doctest::Approx(15 + 1 + 9 * 0.05));
    samples.back() = streamed(class_warm, 101, 1, 10, 1000);
    CHECK(*summarised(samples, find_goal("agent"), {}, std::nullopt).score_s == doctest::Approx(15 + 1 + 9));
  }

  TEST_CASE("a class that cannot be verified does not count for the score") {
    std::vector<RequestSample> samples = {streamed("code", 101, 1, 10), streamed("tools", 101, 1, 1)};
    const Measurement measurement = summarised(samples, find_goal("decode"), {"tools"}, std::nullopt);
    CHECK(*measurement.decode_tokens_per_second == doctest::Approx(100));
    CHECK(measurement.classes.contains("tools"));
  }

  TEST_CASE("server and client clocks that disagree are a finding") {
    std::vector<RequestSample> samples(3, streamed("code", 101, 1, 10));
    for (RequestSample& sample : samples) {
      sample.timings.predicted_n = 101;
      sample.timings.predicted_ms = 500;
    }
    CHECK_FALSE(summarised(samples, find_goal("decode"), {}, std::nullopt).findings.empty());
  }

  TEST_CASE("the score at depth is of the deepest one, and of a crowd what all get together, without them there is none") {
    const Goal& deep = find_goal("long-context");
    Measurement measurement;
    CHECK_FALSE(score(deep, measurement));
    measurement.depths = {{1024, 1000, 500.0, 20.0, 60.0, 2000.0, 1, ""}, {8192, 8000, 4000.0, 100.0, 30.0, 2000.0, 1, ""}};
    CHECK(*score(deep, measurement) == doctest::Approx(4 + 3 * 0.1 + 600.0 / 30));
    measurement.depths.back().failure = "out of memory";
    CHECK_FALSE(score(deep, measurement));
    const Goal& crowd = find_goal("batch");
    CHECK_FALSE(score(crowd, measurement));
    measurement.concurrency = ConcurrencyMeasurement{4, 16, 0, 250.0, 80.0, 200.0};
    CHECK(*score(crowd, measurement) == doctest::Approx(1000.0 / 250));
    measurement.concurrency->failed = 1;
    CHECK_FALSE(score(crowd, measurement));
    CHECK_THROWS_WITH(find_goal("agnet"), doctest::Contains("agnet"));
  }

  TEST_CASE("a server that has answered before is asked with other nonces each time, a new one with the study's own") {
    CHECK(nonce_seed(5, 0) == 5);
    CHECK(nonce_seed(5, 1) != nonce_seed(5, 0));
    CHECK(nonce_seed(5, 2) != nonce_seed(5, 1));
    CHECK(nonce_seed(5, 2) == nonce_seed(5, 2));
  }

  TEST_CASE("after its deadline nothing is asked, not even to warm up") {
    TimedPlan plan;
    plan.deadline = std::chrono::steady_clock::now();
    const ChatTarget nobody;  // a request to it would throw
    const TimedResult result = timed_requests(nobody, timed_prompts(), plan, NeverInterrupted{});
    CHECK(result.cut);
    CHECK(result.samples.empty());
  }
}
