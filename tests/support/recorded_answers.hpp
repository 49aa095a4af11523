#pragma once

#include "core/request_sample.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

/// What the tests of answers share: recorded bytes, and what was read from them.
namespace sweetspot::testing {

inline bool has_fault(const RequestSample& sample, const std::string& part) {
  return std::any_of(sample.protocol_faults.begin(), sample.protocol_faults.end(),
                     [&](const std::string& fault) { return fault.find(part) != std::string::npos; });
}

/// Of tests/backends/transcripts; empty when there is none of this name.
inline std::string transcript(const std::string& name) {
  std::ifstream in(std::string(SWEETSPOT_SOURCE_DIR) + "/tests/backends/transcripts/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// An event with its type as its name.
inline std::string typed_event(const std::string& json) {
  return "event: " + nlohmann::json::parse(json).at("type").get<std::string>() + "\ndata: " + json + "\n\n";
}

/// NAME.sse and NAME.json are the same answer, streamed and not: both sound, read alike, wherever the stream is split; and half
/// of it is not sound. `streamed` reads pieces, `whole` a body.
template <typename Streamed, typename Whole>
void check_recorded(const std::string& name, const Streamed& streamed, const Whole& whole) {
  CAPTURE(name);
  const std::string bytes = transcript(name + ".sse");
  REQUIRE(!bytes.empty());
  const RequestSample sample = streamed(std::vector<std::string>{bytes});
  CHECK(sample.protocol_faults == std::vector<std::string>{});
  const RequestSample plain = whole(transcript(name + ".json"));
  CHECK(plain.protocol_faults == std::vector<std::string>{});
  CHECK_FALSE(sample.reasoning.empty());
  CHECK(sample.reasoning == plain.reasoning);
  CHECK(sample.text == plain.text);
  CHECK(sample.finish_reason == plain.finish_reason);
  CHECK(sample.usage.prompt_tokens == plain.usage.prompt_tokens);
  CHECK(sample.usage.completion_tokens == plain.usage.completion_tokens);
  REQUIRE(sample.calls.size() == plain.calls.size());
  for (std::size_t i = 0; i < sample.calls.size(); ++i) {
    CHECK(sample.calls[i].name == plain.calls[i].name);
    CHECK(nlohmann::json::parse(sample.calls[i].arguments) == nlohmann::json::parse(plain.calls[i].arguments));
  }
  for (std::size_t at = 1; at < bytes.size(); ++at)
    REQUIRE(streamed(std::vector<std::string>{bytes.substr(0, at), bytes.substr(at)}) == sample);
  CHECK_FALSE(streamed(std::vector<std::string>{bytes.substr(0, bytes.size() / 2)}).protocol_faults.empty());
}

}  // namespace sweetspot::testing
