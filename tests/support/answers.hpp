#pragma once

#include "gate/check.hpp"
#include "gate/reference.hpp"

#include <string>
#include <vector>

/// Hand-made answers of one token a word, for tests of the gate.
namespace sweetspot::testing {

/// The id of a word: its place in the alphabet of this test run does not matter, equality does.
inline std::int64_t word_id(const std::string& word) {
  std::int64_t id = 7;
  for (const char c : word) id = id * 131 + c;
  return id & 0x7fffffff;
}

inline std::vector<std::string> words(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = text.find(' ', begin + 1);
    end = end == std::string::npos ? text.size() : end;
    parts.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return parts;
}

/// An answer with sound protocol and counts; each token's own choice first, a runner-up `margin` nat behind.
inline RequestSample answer(const std::string& text, const std::string& runner_up = " other", double margin = 8) {
  RequestSample sample;
  sample.http_status = 200;
  sample.text = text;
  sample.finish_reason = "stop";
  for (const std::string& word : words(text)) {
    TokenRecord token;
    token.id = word_id(word);
    token.bytes = word;
    token.top = {{token.id, word, -0.01}, {word_id(runner_up), runner_up, -0.01 - margin}};
    sample.tokens.push_back(token);
  }
  TokenRecord end;
  end.id = 1;
  end.top = {{1, "", -0.01}, {word_id(" more"), " more", -9.0}};
  sample.tokens.push_back(end);
  sample.usage.completion_tokens = static_cast<std::int64_t>(sample.tokens.size());
  sample.usage.prompt_tokens = 10;
  return sample;
}

inline ReferenceAnswer reference_answer(const std::string& id, const RequestSample& plain) {
  ReferenceAnswer reference;
  reference.prompt.id = id;
  reference.prompt.prompt_class = "prose";
  reference.prompt.messages_json = R"([{"role":"user","content":"go on"}])";
  reference.plain = plain;
  reference.streamed = plain;
  reference.streamed.tokens.clear();
  reference.streamed.streamed = true;
  reference.prompt_tokens = {1, 2, 3};
  return reference;
}

inline CandidateAnswer candidate_answer(const RequestSample& plain) {
  CandidateAnswer candidate;
  candidate.plain = plain;
  candidate.streamed = plain;
  candidate.streamed.tokens.clear();
  candidate.streamed.streamed = true;
  return candidate;
}

}  // namespace sweetspot::testing
