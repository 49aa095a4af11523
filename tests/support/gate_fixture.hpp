#pragma once

#include "gate/gate.hpp"
#include "support/answers.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace sweetspot::testing {

/// What the reference answers to each of its ten prompts.
inline const std::string story = "once there was a fox who lived near the old river and was never late for supper";

/// A reference with ten equal answers, its engine, and a configuration that sets nothing.
struct Fixture {
  EngineDescriptor engine;
  Reference reference;
  std::vector<Parameter> parameters;
  Config config;

  explicit Fixture(double margin = 8) {
    engine.protocol.usage_pointer = "/usage";
    engine.protocol.timings_pointer = "/timings";
    reference.has_logprobs = true;
    reference.tie_margin = 0.5;
    reference.near_tie_share = 0.02;
    for (int i = 0; i < 10; ++i)
      reference.answers.push_back(reference_answer("prose-" + std::to_string(i), answer(story, " vixen", margin)));
    for (const auto& [name, effect] :
         {std::pair{"kv_type_k", Effect::lossy}, std::pair{"batch", Effect::numeric}, std::pair{"threads", Effect::none}}) {
      EngineParameter row;
      row.parameter.name = name;
      row.parameter.effect = effect;
      row.parameter.default_value = std::string("default");
      engine.parameters.push_back(row);
      parameters.push_back(row.parameter);
    }
  }

  Interview same_answers() const {
    Interview interview;
    for (std::size_t i = 0; i < reference.answers.size(); ++i) {
      interview.answers.push_back(candidate_answer(reference.answers[i].plain));
      interview.answers.back().reference_index = i;
    }
    return interview;
  }

  Verdict verdict(const Interview& interview, const std::vector<ScoredText>* scores = nullptr) const {
    return judged({engine, reference, parameters, config, {}, Tier::quick}, interview, scores);
  }
};

inline ScoredText scored(std::int64_t tokens, std::int64_t disagree, std::int64_t grey, std::int64_t miscommit) {
  ScoredText text;
  text.prompt_id = "prose-0";
  text.figures = {tokens, disagree, grey, miscommit, miscommit > 0 ? 5.0 : 0.3};
  text.worst = Evidence{"prose-0", " fox", " vixen", "margin"};
  return text;
}

inline std::string replaced(std::string text, const std::string& word, const std::string& by) {
  return text.replace(text.find(word), word.size(), by);
}

inline void answer_otherwise(Interview& interview, std::size_t index, const std::string& text) {
  const std::size_t reference_index = interview.answers[index].reference_index;
  interview.answers[index] = candidate_answer(answer(text));
  interview.answers[index].reference_index = reference_index;
}

}  // namespace sweetspot::testing
