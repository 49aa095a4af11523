#include "backends/chat_stream.hpp"

#include "backends/chat_json.hpp"
#include "backends/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sweetspot {

namespace json = boost::json;

namespace {

// More calls in one answer than any agent makes; a larger index is a number gone wrong.
constexpr int most_calls = 1000;

void take_once(std::string& kept, std::string_view given, std::string_view what, RequestSample& sample);

}  // namespace

void ChatStream::feed(std::string_view bytes, double at_ms) {
  now_ms_ = at_ms;
  parser_.feed(bytes, [this](const SseEvent& event) { take_event(event.data); });
}

void ChatStream::finish() {
  if (const auto rest = parser_.unterminated(); !rest.empty()) {
    note_fault(sample_, fmt::format("the last event is cut off: {}", excerpt(rest)));
  }
  if (sample_.finish_reason.empty()) note_fault(sample_, "no finish_reason at the end");
  if (!protocol_.terminator.empty() && !terminated_ms_)
    note_fault(sample_, fmt::format("no {} at the end", protocol_.terminator));
  if (!protocol_.usage_pointer.empty() && !sample_.usage.completion_tokens) note_fault(sample_, "no usage");
}

void ChatStream::take_event(const std::string& data) {
  if (terminated_ms_) {
    note_fault(sample_, fmt::format("an event after {}: {}", protocol_.terminator, excerpt(data)));
    return;
  }
  // The whole data: an answer may hold the word itself.
  if (!protocol_.terminator.empty() && data == protocol_.terminator) {
    terminated_ms_ = now_ms_;
    return;
  }
  if (const json::value* document = event_object(reader_, data, sample_)) take_document(*document);
}

void ChatStream::take_document(const json::value& document) {
  if (auto error = error_text(document); !error.empty()) note_stream_error(sample_, std::move(error));
  read_counters(protocol_, document, sample_);
  const json::value* choices = member(document.get_object(), "choices");
  if (choices == nullptr) return;
  if (!choices->is_array()) {
    note_fault(sample_, "choices is no array");
    return;
  }
  if (choices->get_array().size() > 1) note_fault(sample_, "more than one choice");
  for (const json::value& choice : choices->get_array()) {
    if (choice.is_object()) {
      take_choice(choice.get_object());
    } else {
      note_fault(sample_, "a choice is no object");
    }
  }
}

void ChatStream::take_choice(const json::object& choice) {
  if (!is_first_choice(choice, sample_)) return;  // another answer's text must not run into this one
  const json::value* delta = member(choice, "delta");
  if (delta != nullptr && delta->is_object()) {
    take_delta(delta->get_object());
  } else if (delta != nullptr) {
    note_fault(sample_, "a delta is no object");
  }
  take_finish_reason(choice, sample_);
  if (protocol_.role_with_first_token && !sample_.finish_reason.empty() && !sample_.last_counted_ms)
    sample_.last_counted_ms = now_ms_;
}

void ChatStream::take_delta(const json::object& delta) {
  if (const auto role = text_field(delta, "role", sample_); !role.empty() && role != "assistant") {
    note_fault(sample_, fmt::format("role is {}", excerpt(role)));
  } else if (!role.empty() && protocol_.role_with_first_token && !sample_.first_counted_ms) {
    sample_.first_counted_ms = now_ms_;
  }
  const std::string_view content = text_field(delta, "content", sample_);
  const std::string_view reasoning = reasoning_of(protocol_, delta, sample_);
  const json::value* fragments = member(delta, "tool_calls");
  const std::size_t call_bytes = fragments == nullptr ? 0 : take_calls(*fragments);
  const std::size_t bytes = content.size() + reasoning.size() + call_bytes;
  if (bytes == 0) return;
  if (!sample_.finish_reason.empty()) note_fault(sample_, "text after finish_reason");
  sample_.text += content;
  sample_.reasoning += reasoning;
  if (!sample_.first_token_ms) sample_.first_token_ms = now_ms_;
  if (!reasoning.empty() && !sample_.first_reasoning_ms) sample_.first_reasoning_ms = now_ms_;
  if (!content.empty() && !sample_.first_content_ms) sample_.first_content_ms = now_ms_;
  if (call_bytes > 0 && !sample_.first_tool_ms) sample_.first_tool_ms = now_ms_;
  sample_.last_token_ms = now_ms_;
  sample_.chunks.push_back({now_ms_, static_cast<std::int64_t>(bytes)});
}

/// Bytes of names and arguments that the fragments brought.
std::size_t ChatStream::take_calls(const json::value& fragments) {
  if (!fragments.is_array()) {
    note_fault(sample_, "tool_calls is no array");
    return 0;
  }
  std::size_t bytes = 0;
  for (const json::value& fragment : fragments.get_array()) {
    if (fragment.is_object()) {
      bytes += take_call(fragment.get_object());
    } else {
      note_fault(sample_, "a tool call is no object");
    }
  }
  return bytes;
}

std::size_t ChatStream::take_call(const json::object& fragment) {
  ToolCall& call = call_of(fragment);
  take_once(call.id, text_field(fragment, "id", sample_), "id", sample_);
  take_once(call.type, text_field(fragment, "type", sample_), "type", sample_);
  const json::value* function = member(fragment, "function");
  if (function == nullptr || !function->is_object()) return 0;
  const std::string_view name = text_field(function->get_object(), "name", sample_);
  const std::string arguments = arguments_field(function->get_object(), sample_);
  take_once(call.name, name, "name", sample_);
  call.arguments += arguments;
  return name.size() + arguments.size();
}

/// By index, the only field that every fragment must have. Without one: a fragment with an id starts a call, another
/// one goes on with the last.
ToolCall& ChatStream::call_of(const json::object& fragment) {
  const json::value* index = member(fragment, "index");
  const std::int64_t wanted = index == nullptr ? -1 : integer(*index).value_or(-1);
  auto& calls = sample_.calls;
  if (wanted >= 0 && wanted < most_calls) {
    const auto found = std::find_if(calls.begin(), calls.end(), [&](const ToolCall& call) { return call.index == wanted; });
    if (found != calls.end()) return *found;
    calls.push_back({});
    calls.back().index = static_cast<int>(wanted);
    return calls.back();
  }
  note_fault(sample_, "a tool call fragment without index");
  const json::value* id = member(fragment, "id");
  const bool starts = id != nullptr && id->is_string() && (calls.empty() || id->get_string() != calls.back().id);
  if (starts || calls.empty()) calls.push_back({});
  return calls.back();
}

namespace {

/// Some servers repeat a field in each fragment, which does no harm; another value is another call under the same index.
void take_once(std::string& kept, std::string_view given, std::string_view what, RequestSample& sample) {
  if (given.empty() || given == kept) return;
  if (kept.empty()) {
    kept = given;
  } else {
    note_fault(sample, fmt::format("the {} of a tool call changed from {} to {}", what, excerpt(kept), excerpt(given)));
  }
}

}  // namespace

}  // namespace sweetspot
