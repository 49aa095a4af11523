#include "backends/chat_message.hpp"

#include "backends/chat_json.hpp"
#include "backends/token_pieces.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace sweetspot {

using Json = nlohmann::ordered_json;

namespace {

void take_choice(const EngineDescriptor::Protocol& protocol, const Json& choice, RequestSample& sample);
void take_calls(const Json& message, RequestSample& sample);
void take_tokens(const Json& choice, RequestSample& sample);

}  // namespace

void read_message(const EngineDescriptor::Protocol& protocol, const std::string& body, RequestSample& sample) {
  std::string problem;
  const Json document = strict_json(body, problem);
  if (document.is_discarded() || !document.is_object()) {
    note_fault(sample, fmt::format("the answer is {}: {}", document.is_discarded() ? problem : "no JSON object", excerpt(body)));
    return;
  }
  if (auto error = error_text(document); !error.empty()) {
    note_fault(sample, "an error under HTTP 200");
    sample.error_body = std::move(error);
  }
  read_counters(protocol, document, sample);
  if (!protocol.usage_pointer.empty() && !sample.usage.completion_tokens) note_fault(sample, "no usage");
  const auto choices = document.find("choices");
  if (choices == document.end() || !choices->is_array() || choices->empty() || !choices->front().is_object()) {
    note_fault(sample, "no choice");
    return;
  }
  if (choices->size() > 1) note_fault(sample, "more than one choice");
  take_choice(protocol, choices->front(), sample);
  if (sample.finish_reason.empty()) note_fault(sample, "no finish_reason at the end");
  if (protocol.token_pieces) settle_pieces(sample);
}

namespace {

void take_choice(const EngineDescriptor::Protocol& protocol, const Json& choice, RequestSample& sample) {
  const auto index = choice.find("index");
  if (index != choice.end() && *index != 0) note_fault(sample, fmt::format("a choice has index {}", excerpt(index->dump())));
  take_finish_reason(choice, sample);
  take_tokens(choice, sample);
  const auto message = choice.find("message");
  if (message == choice.end() || !message->is_object()) {
    note_fault(sample, "no message");
    return;
  }
  if (const auto role = text_field(*message, "role", sample); role != "assistant") {
    note_fault(sample, fmt::format("role is {}", excerpt(role)));
  }
  sample.text = text_field(*message, "content", sample);
  sample.reasoning = reasoning_of(protocol, *message, sample);
  take_calls(*message, sample);
}

void take_calls(const Json& message, RequestSample& sample) {
  const auto calls = message.find("tool_calls");
  if (calls == message.end() || calls->is_null()) return;
  if (!calls->is_array()) {
    note_fault(sample, "tool_calls is no array");
    return;
  }
  for (const auto& entry : *calls) {
    ToolCall call;
    call.index = static_cast<int>(sample.calls.size());
    if (entry.is_object()) {
      call.id = text_field(entry, "id", sample);
      call.type = text_field(entry, "type", sample);
    }
    const auto function = entry.is_object() ? entry.find("function") : entry.end();
    if (function != entry.end() && function->is_object()) {
      call.name = text_field(*function, "name", sample);
      call.arguments = arguments_field(*function, sample);
    } else {
      note_fault(sample, "a tool call without function");
    }
    sample.calls.push_back(std::move(call));
  }
}

void take_tokens(const Json& choice, RequestSample& sample) {
  const auto logprobs = choice.find("logprobs");
  if (logprobs == choice.end() || !logprobs->is_object()) return;
  const auto content = logprobs->find("content");
  if (content == logprobs->end() || !content->is_array()) return;
  for (const auto& entry : *content) sample.tokens.push_back(token_record(entry));
}

}  // namespace

}  // namespace sweetspot
