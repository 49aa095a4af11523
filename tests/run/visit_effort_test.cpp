#include "run/visit_effort.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

using namespace sweetspot;

namespace {

/// 101 tokens, one a chunk, at e^log_rate tokens a second; a request takes two seconds.
RequestSample answer(const std::string& prompt, double log_rate) {
  RequestSample sample;
  sample.prompt_id = prompt;
  sample.prompt_class = prompt.substr(0, prompt.find('-'));
  sample.usage.completion_tokens = 101;
  sample.total_ms = 2000;
  for (int i = 0; i <= 100; ++i) sample.chunks.push_back({1000 * i / std::exp(log_rate), 4});
  return sample;
}

/// Visits whose launches differ by these, of four prompts that differ much; a request more or less by `apart`, so that neither
/// launches nor prompts share it.
Trial visited(const std::vector<double>& launches, double apart) {
  Trial trial;
  for (std::size_t v = 0; v < launches.size(); ++v) {
    Visit visit;
    visit.duration_s = 4 * 2 + 1;
    for (int i = 0; i < 4; ++i) {
      const double sign = (i + static_cast<int>(v)) % 2 == 0 ? 1 : -1;
      const std::string name = (i < 2 ? "code-" : "prose-") + std::to_string(i);
      visit.samples.push_back(answer(name, 4 + 0.3 * i + launches[v] + sign * apart));
    }
    trial.visits.push_back(visit);
  }
  return trial;
}

std::vector<const Visit*> all(const Trial& trial) {
  std::vector<const Visit*> visits;
  for (const Visit& visit : trial.visits) visits.push_back(&visit);
  return visits;
}

}  // namespace

TEST_SUITE("run/visit_effort") {
  TEST_CASE("launches and requests each have their variance, and what the prompts differ by is in neither") {
    const Trial trial = visited({0.1, -0.1, 0.1, -0.1}, 0.02);
    const auto variances = variance_components(all(trial));
    REQUIRE(variances);
    CHECK(variances->within == doctest::Approx(16 * 0.0004 / 9));
    CHECK(variances->between == doctest::Approx(0.04 / 3 - variances->within / 4));
  }

  TEST_CASE("two launches tell nothing") { CHECK_FALSE(variance_components(all(visited({0.1, -0.1}, 0.02)))); }

  TEST_CASE("the cheaper a request beside a launch, and the less launches differ, the more requests") {
    CHECK(requests_per_visit({.within = 0.04, .between = 0.01}, 9, 1) == 6);  // sqrt(9 x 4)
    CHECK(requests_per_visit({.within = 0.01, .between = 0.04}, 1, 1) == 3);
    CHECK(requests_per_visit({.within = 0.04, .between = 0.0001}, 9, 1) == 12);
    CHECK(requests_per_visit({.within = 0.04, .between = 0}, 9, 1) == 12);
  }

  TEST_CASE("repeats ask less where launches differ much, never more than planned, and as planned where nothing is known") {
    const TimedEffort planned{3, 1, 1};
    CHECK(effort_for_repeats(planned, visited({0.1, -0.1, 0.1, -0.1}, 0.001), 1).requests_per_class == 2);  // 3 of 2 classes
    CHECK(effort_for_repeats(planned, visited({0, 0, 0, 0}, 0.02), 1).requests_per_class == 3);
    CHECK(effort_for_repeats(planned, visited({0.1}, 0.02), 1) == planned);
    CHECK(effort_for_repeats(planned, Trial{}, 1) == planned);
  }
}
