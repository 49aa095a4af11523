#include "demo/model_support.hpp"

#include <nlohmann/json.hpp>

namespace demo_test {

using namespace demo;

namespace {

Token special(const Vocabulary& vocabulary, const char* text) {
  return vocabulary.encode(text, Vocabulary::Specials::parse).front();
}

/// `{"name": "x", "arguments": {...}}`: the arguments' own bytes are kept.
void take_call(sweetspot::RequestSample& sample, const std::string& text) {
  const auto call = nlohmann::json::parse(text, nullptr, false);
  const std::string key = "\"arguments\": ";
  const auto at = text.find(key);
  if (!call.is_object() || !call.contains("name") || !call["name"].is_string() || at == std::string::npos) {
    sample.text += "<tool_call>" + text + "</tool_call>";
    return;
  }
  sweetspot::ToolCall parsed;
  parsed.index = static_cast<int>(sample.calls.size());
  parsed.id = "call_" + std::to_string(sample.calls.size());
  parsed.type = "function";
  parsed.name = call["name"].get<std::string>();
  parsed.arguments = text.substr(at + key.size(), text.rfind('}') - at - key.size());
  sample.calls.push_back(parsed);
}

void parse(const Vocabulary& vocabulary, Generated& answer, bool reasoning) {
  const Token open = special(vocabulary, "<tool_call>");
  const Token close = special(vocabulary, "</tool_call>");
  const Token thought = special(vocabulary, "</think>");
  std::string call;
  bool in_call = false;
  for (const Token token : answer.tokens) {
    if (token == vocabulary.end_of_turn()) break;
    if (token == open) {
      in_call = true;
      call.clear();
    } else if (token == close) {
      in_call = false;
      take_call(answer.sample, call);
    } else if (token == thought) {
      reasoning = false;
    } else {
      (in_call ? call : reasoning ? answer.sample.reasoning : answer.sample.text) += vocabulary.piece(token);
    }
  }
  if (answer.sample.text.find_first_not_of('\n') == std::string::npos) answer.sample.text.clear();
}

}  // namespace

std::vector<Token> prompt_tokens(const Vocabulary& vocabulary, const sweetspot::Prompt& prompt, bool reasoning) {
  const bool none = prompt.extra_json.find("\"none\"") != std::string::npos;
  const std::string text = apply_chat_template(prompt.messages_json, none ? "" : prompt.tools_json, reasoning);
  return vocabulary.encode(text, Vocabulary::Specials::parse);
}

std::unique_ptr<Sequence> sequence_of(const LanguageModel& model, const std::vector<Token>& tokens) {
  auto sequence = model.sequence();
  for (const Token token : tokens) sequence->append(token);
  return sequence;
}

Generated generated(const LanguageModel& model, const sweetspot::Prompt& prompt, const Asking& asking) {
  const Vocabulary& vocabulary = model.vocabulary();
  const auto sequence = sequence_of(model, prompt_tokens(vocabulary, prompt, asking.reasoning));
  const int most = asking.tokens_max > 0 ? asking.tokens_max : prompt.max_tokens;
  Generated answer;
  bool ended = false;
  while (!ended && static_cast<int>(answer.tokens.size()) < most) {
    const Distribution distribution = model.next(*sequence, asking.numerics);
    const Token token = distribution.choices[0].token;
    answer.tokens.push_back(token);
    answer.margins.push_back(distribution.choices[0].logprob - distribution.choices[1].logprob);
    sequence->append(token);
    ended = token == vocabulary.end_of_turn();
  }
  parse(vocabulary, answer, asking.reasoning);
  answer.sample.finish_reason = !ended ? "length" : answer.sample.calls.empty() ? "stop" : "tool_calls";
  return answer;
}

sweetspot::Prompt asked(const std::string& text, int tokens_max) {
  sweetspot::Prompt prompt;
  prompt.messages_json = nlohmann::json::array({{{"role", "user"}, {"content", text}}}).dump();
  prompt.max_tokens = tokens_max;
  return prompt;
}

}  // namespace demo_test
