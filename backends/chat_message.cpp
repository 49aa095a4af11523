#include "backends/chat_message.hpp"

#include "backends/chat_json.hpp"
#include "backends/token_pieces.hpp"

#include <fmt/format.h>

namespace sweetspot {

namespace json = boost::json;

namespace {

const json::array* choices_of(const json::value& answer);
void take_choice(const EngineDescriptor::Protocol& protocol, const json::object& choice, RequestSample& sample);
void take_calls(const json::object& message, RequestSample& sample);
void take_tokens(const json::object& choice, RequestSample& sample);

}  // namespace

void read_message(const EngineDescriptor::Protocol& protocol, const std::string& body, RequestSample& sample) {
  JsonReader reader;
  const json::value* answer = answer_object(reader, body, sample);
  if (answer == nullptr) return;
  read_counters(protocol, *answer, sample);
  if (!protocol.usage_pointer.empty() && !sample.usage.completion_tokens) note_fault(sample, "no usage");
  const json::array* choices = choices_of(*answer);
  if (choices == nullptr) {
    note_fault(sample, "no choice");
    return;
  }
  if (choices->size() > 1) note_fault(sample, "more than one choice");
  take_choice(protocol, choices->front().get_object(), sample);
  if (sample.finish_reason.empty()) note_fault(sample, "no finish_reason at the end");
  if (protocol.token_pieces) settle_pieces(sample);
}

bool is_chat_completion(const std::string& body) {
  JsonReader reader;
  std::string problem;
  const json::value* answer = reader.read(body, problem);
  return answer != nullptr && answer->is_object() && choices_of(*answer) != nullptr;
}

namespace {

/// Of an answer that is an object; null where the first of them is none.
const json::array* choices_of(const json::value& answer) {
  const json::value* found = member(answer.get_object(), "choices");
  const json::array* choices = found == nullptr ? nullptr : found->if_array();
  return choices != nullptr && !choices->empty() && choices->front().is_object() ? choices : nullptr;
}

void take_choice(const EngineDescriptor::Protocol& protocol, const json::object& choice, RequestSample& sample) {
  is_first_choice(choice, sample);
  take_finish_reason(choice, sample);
  take_tokens(choice, sample);
  const json::value* found = member(choice, "message");
  if (found == nullptr || !found->is_object()) {
    note_fault(sample, "no message");
    return;
  }
  const json::object& message = found->get_object();
  if (const auto role = text_field(message, "role", sample); role != "assistant") {
    note_fault(sample, fmt::format("role is {}", excerpt(role)));
  }
  sample.text = text_field(message, "content", sample);
  sample.reasoning = reasoning_of(protocol, message, sample);
  take_calls(message, sample);
}

void take_calls(const json::object& message, RequestSample& sample) {
  const json::value* calls = member(message, "tool_calls");
  if (calls == nullptr) return;
  if (!calls->is_array()) {
    note_fault(sample, "tool_calls is no array");
    return;
  }
  for (const json::value& entry : calls->get_array()) {
    ToolCall call;
    call.index = static_cast<int>(sample.calls.size());
    const json::value* function = nullptr;
    if (const json::object* fields = entry.if_object()) {
      call.id = text_field(*fields, "id", sample);
      call.type = text_field(*fields, "type", sample);
      function = member(*fields, "function");
    }
    if (function != nullptr && function->is_object()) {
      call.name = text_field(function->get_object(), "name", sample);
      call.arguments = arguments_field(function->get_object(), sample);
    } else {
      note_fault(sample, "a tool call without function");
    }
    sample.calls.push_back(std::move(call));
  }
}

void take_tokens(const json::object& choice, RequestSample& sample) {
  const json::value* logprobs = member(choice, "logprobs");
  if (logprobs == nullptr || !logprobs->is_object()) return;
  const json::value* content = member(logprobs->get_object(), "content");
  if (content == nullptr || !content->is_array()) return;
  for (const json::value& entry : content->get_array()) sample.tokens.push_back(token_record(entry));
}

}  // namespace

}  // namespace sweetspot
