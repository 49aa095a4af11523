#include "gate/company.hpp"

#include <doctest/doctest.h>

#include <cstdint>

namespace {

using sweetspot::RequestSample;
using sweetspot::tokens_in_company;

/// Ten tokens, one chunk each, every 10 ms from `first_ms` after it was sent.
RequestSample answer(double first_ms, std::int64_t tokens_each = 1) {
  RequestSample sample;
  for (int i = 0; i < 10; ++i) sample.chunks.push_back({first_ms + 10.0 * i, 40});
  sample.first_token_ms = first_ms;
  sample.last_token_ms = first_ms + 90;
  sample.usage.completion_tokens = 10 * tokens_each;
  return sample;
}

}  // namespace

TEST_SUITE("gate") {
  TEST_CASE("answers one after the other are in nobody's company") {
    const RequestSample first = answer(50);
    const RequestSample second = answer(145);
    CHECK(tokens_in_company({{0, &first}, {0, &second}}) == doctest::Approx(0));
    CHECK(tokens_in_company({{0, &first}}) == doctest::Approx(0));
    CHECK(tokens_in_company({}) == doctest::Approx(0));
  }

  TEST_CASE("tokens in company are those that arrive while another answer arrives, whenever it was sent") {
    const RequestSample first = answer(50);
    const RequestSample same = answer(50);
    CHECK(tokens_in_company({{0, &first}, {0, &same}}) == doctest::Approx(20));
    // Sent 60 ms later: four of each are left.
    CHECK(tokens_in_company({{0, &first}, {60, &same}}) == doctest::Approx(8));
    CHECK(tokens_in_company({{0, &first}, {100, &same}}) == doctest::Approx(0));
  }

  TEST_CASE("a chunk of several tokens counts as several, and an answer without tokens is no company") {
    const RequestSample first = answer(50);
    const RequestSample wide = answer(50, 4);
    RequestSample silent;
    silent.usage.completion_tokens = 0;
    CHECK(tokens_in_company({{0, &first}, {0, &wide}}) == doctest::Approx(50));
    CHECK(tokens_in_company({{0, &first}, {0, &silent}}) == doctest::Approx(0));
  }
}
