#pragma once

#include "core/prompt.hpp"
#include "core/request_sample.hpp"
#include "demo_engine/language_model.hpp"

#include <memory>
#include <string>
#include <vector>

/// What a server does around the model, in its simplest form.
namespace demo_test {

struct Generated {
  std::vector<demo::Token> tokens;
  std::vector<double> margins;      ///< between the best two, per token
  sweetspot::RequestSample sample;  ///< text, reasoning and calls as a server's parser would give them
};

struct Asking {
  demo::Numerics numerics{};
  bool reasoning = false;
  int tokens_max = 0;  ///< 0: the prompt's own
};

std::vector<demo::Token> prompt_tokens(const demo::Vocabulary& vocabulary, const sweetspot::Prompt& prompt,
                                       bool reasoning = false);
std::unique_ptr<demo::Sequence> sequence_of(const demo::LanguageModel& model, const std::vector<demo::Token>& tokens);
Generated generated(const demo::LanguageModel& model, const sweetspot::Prompt& prompt, const Asking& asking = {});

/// A user's single message as a prompt.
sweetspot::Prompt asked(const std::string& text, int tokens_max = 320);

}  // namespace demo_test
