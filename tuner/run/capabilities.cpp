#include "run/capabilities.hpp"

#include "core/failure.hpp"

#include <algorithm>

namespace sweetspot {
namespace {

bool takes_token_ids(const ChatTarget& server, const Prompt& prompt, const InterruptFlag& interrupt) {
  try {
    const auto tokens = prompt_tokens(server, prompt, interrupt);
    return !tokens.empty() && !next_token(server, tokens, 2, interrupt).top.empty();
  } catch (const TrialError& error) {
    if (error.failure().kind != FailureKind::bad_response) throw;
    return false;
  }
}

}  // namespace

EngineDescriptor::Protocol offered_protocol(const ChatTarget& server, const InterruptFlag& interrupt) {
  EngineDescriptor::Protocol protocol = server.engine->protocol;
  Prompt prompt;
  prompt.id = "capabilities";
  prompt.messages_json = R"([{"role":"user","content":"Say hello."}])";
  prompt.max_tokens = 8;
  ChatOptions options;
  options.streaming = ChatOptions::Streaming::no;
  options.logprobs = protocol.logprobs_json.empty() ? ChatOptions::Logprobs::no : ChatOptions::Logprobs::yes;
  const RequestSample sample = ask(server, prompt, options, interrupt);
  if (sample.http_status != 200) return protocol;  // a finding of the reference, not of what is offered
  const bool scored =
      std::any_of(sample.tokens.begin(), sample.tokens.end(), [](const TokenRecord& token) { return !token.top.empty(); });
  if (!scored) protocol.logprobs_json.clear();
  if (!sample.usage.completion_tokens) protocol.usage_pointer.clear();
  const bool timed = sample.timings.predicted_n || sample.timings.predicted_ms || sample.timings.draft_n;
  if (!timed) protocol.timings_pointer.clear();
  if (!protocol.template_path.empty() && !protocol.completion_path.empty() && !takes_token_ids(server, prompt, interrupt)) {
    protocol.template_path.clear();
    protocol.tokenize_path.clear();
    protocol.completion_path.clear();
  }
  return protocol;
}

bool scores_texts(const EngineDescriptor::Protocol& protocol) {
  return !protocol.logprobs_json.empty() && !protocol.template_path.empty() && !protocol.tokenize_path.empty() &&
         !protocol.completion_path.empty();
}

}  // namespace sweetspot
