#include "backends/responses_reader.hpp"

#include "backends/chat_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sweetspot {

namespace json = boost::json;

namespace {

constexpr std::string_view created = "response.created";

void take_usage(const json::object& response, RequestSample& sample) {
  const json::value* found = member(response, "usage");
  const json::object* usage = found == nullptr ? nullptr : found->if_object();
  if (usage == nullptr) return;
  if (const auto count = count_field(*usage, "input_tokens", sample)) sample.usage.prompt_tokens = count;
  if (const auto count = count_field(*usage, "output_tokens", sample)) sample.usage.completion_tokens = count;
  if (const auto count = count_field(*usage, "total_tokens", sample)) sample.usage.total_tokens = count;
  const json::value* details = member(*usage, "input_tokens_details");
  if (details != nullptr && details->is_object()) {
    if (const auto count = count_field(details->get_object(), "cached_tokens", sample)) sample.usage.cached_tokens = count;
  }
}

/// The texts of a list of parts of this type, one after the other.
std::string parts_text(const json::object& item, std::string_view list, std::string_view type, RequestSample& sample) {
  std::string text;
  const json::value* parts = member(item, list);
  if (parts == nullptr) return text;
  if (!parts->is_array()) {
    note_fault(sample, fmt::format("{} of an item is no array", list));
    return text;
  }
  for (const json::value& part : parts->get_array()) {
    const json::object* fields = part.if_object();
    if (fields != nullptr && text_field(*fields, "type", sample) == type) text += text_field(*fields, "text", sample);
  }
  return text;
}

/// What a message or thoughts say. Thoughts come as they are, or as a summary of them.
std::string item_text(const json::object& item, std::string_view type, RequestSample& sample) {
  if (type == "message") return parts_text(item, "content", "output_text", sample);
  const std::string thoughts = parts_text(item, "content", "reasoning_text", sample);
  return thoughts.empty() ? parts_text(item, "summary", "summary_text", sample) : thoughts;
}

ToolCall call_from(const json::object& item, RequestSample& sample) {
  ToolCall call;
  call.index = static_cast<int>(sample.calls.size());
  call.id = text_field(item, "call_id", sample);
  call.type = "function";
  call.name = text_field(item, "name", sample);
  call.arguments = arguments_field(item, sample);
  return call;
}

void take_output(const json::object& response, RequestSample& sample) {
  const json::value* output = member(response, "output");
  if (output == nullptr || !output->is_array()) {
    note_fault(sample, "output is no array");
    return;
  }
  for (const json::value& entry : output->get_array()) {
    const json::object* item = entry.if_object();
    if (item == nullptr) {
      note_fault(sample, "an item of the output is no object");
      continue;
    }
    const std::string_view type = text_field(*item, "type", sample);
    if (type == "message") {
      if (const auto role = text_field(*item, "role", sample); role != "assistant")
        note_fault(sample, fmt::format("role is {}", excerpt(role)));
      sample.text += item_text(*item, type, sample);
    } else if (type == "reasoning") {
      sample.reasoning += item_text(*item, type, sample);
    } else if (type == "function_call") {
      sample.calls.push_back(call_from(*item, sample));
    }
  }
}

/// After the output: calls are an end of their own only in chat's words.
void take_status(const json::object& response, RequestSample& sample) {
  const std::string_view status = text_field(response, "status", sample);
  const json::value* details = member(response, "incomplete_details");
  std::string_view reason;
  if (details != nullptr && details->is_object()) reason = text_field(details->get_object(), "reason", sample);
  if (status == "completed") {
    sample.finish_reason = sample.calls.empty() ? "stop" : "tool_calls";
  } else if (status == "incomplete" && (reason == "max_output_tokens" || reason == "content_filter")) {
    sample.finish_reason = reason == "content_filter" ? "content_filter" : "length";
  } else if (status == "incomplete") {
    note_fault(sample, fmt::format("incomplete for the unknown reason {}", excerpt(reason)));
  } else if (status != "failed") {
    note_fault(sample, fmt::format("status is {} at the end", excerpt(status)));
  }
}

/// A response that has ended, in chat's words.
void take_response(const EngineDescriptor::Protocol& protocol, const json::object& response, RequestSample& sample) {
  take_usage(response, sample);
  if (!protocol.usage_pointer.empty() && !sample.usage.completion_tokens) note_fault(sample, "no usage");
  take_output(response, sample);
  take_status(response, sample);
}

}  // namespace

void read_responses_answer(const EngineDescriptor::Protocol& protocol, const std::string& body, RequestSample& sample) {
  JsonReader reader;
  const json::value* answer = answer_object(reader, body, sample);
  if (answer == nullptr || !sample.error_body.empty()) return;
  if (const auto object = text_field(answer->get_object(), "object", sample); object != "response")
    note_fault(sample, fmt::format("object is {}", excerpt(object)));
  take_response(protocol, answer->get_object(), sample);
  if (sample.finish_reason.empty()) note_fault(sample, "no status that ends the response");
}

ResponsesStream::ResponsesStream(const EngineDescriptor::Protocol& protocol)
    : protocol_(protocol),
      may_lack_index_(protocol.apis.contains(Api::responses) &&
                      protocol.apis.at(Api::responses).liberties.contains("no_output_index")) {}

void ResponsesStream::feed(std::string_view bytes, double at_ms) {
  now_ms_ = at_ms;
  parser_.feed(bytes, [this](const SseEvent& event) { take_event(event); });
}

void ResponsesStream::finish() {
  if (const auto rest = parser_.unterminated(); !rest.empty())
    note_fault(sample_, fmt::format("the last event is cut off: {}", excerpt(rest)));
  if (!terminated_ms_) note_fault(sample_, "no response.completed at the end");
}

void ResponsesStream::take_event(const SseEvent& event) {
  // Not of this API, and yet many servers end so; its clients stop there.
  if (terminated_ms_ && event.data == "[DONE]") return;
  if (terminated_ms_) {
    note_fault(sample_, fmt::format("an event after the end of the response: {}", excerpt(event.data)));
    return;
  }
  const json::value* document = event_object(reader_, event.data, sample_);
  if (document == nullptr) return;
  const json::object& object = document->get_object();
  const std::string_view type = text_field(object, "type", sample_);
  auto error = error_text(*document);
  if (error.empty() && type == "error") error = json_excerpt(*document);
  if (!error.empty()) return note_stream_error(sample_, std::move(error));
  if (!event.event.empty() && event.event != type)
    note_fault(sample_, fmt::format("an event of type {} has the name {}", excerpt(type), excerpt(event.event)));
  take_type(type, object);
}

void ResponsesStream::take_type(std::string_view type, const json::object& event) {
  using Take = void (ResponsesStream::*)(const json::object&);
  static constexpr std::array<std::pair<std::string_view, Take>, 9> known{
      {{"response.output_text.delta", &ResponsesStream::take_text},
       {"response.function_call_arguments.delta", &ResponsesStream::take_arguments},
       {"response.reasoning_text.delta", &ResponsesStream::take_thought},
       {"response.reasoning_summary_text.delta", &ResponsesStream::take_thought},
       {"response.output_item.added", &ResponsesStream::take_item},
       {"response.content_part.added", &ResponsesStream::take_part},
       {"response.output_text.done", &ResponsesStream::take_text_done},
       {"response.function_call_arguments.done", &ResponsesStream::take_arguments_done},
       {"response.output_item.done", &ResponsesStream::take_item_done}}};
  if (!type.starts_with("response.")) {
    note_fault(sample_, fmt::format("an event of the unknown type {}", excerpt(type)));
    return;
  }
  if (!started_ && type != created) note_fault(sample_, fmt::format("{} before {}", type, created));
  if (started_ && type == created) note_fault(sample_, fmt::format("{} came twice", created));
  started_ = true;
  if (type == "response.completed" || type == "response.incomplete" || type == "response.failed") return take_end(type, event);
  const auto found = std::find_if(known.begin(), known.end(), [&](const auto& entry) { return entry.first == type; });
  if (found != known.end()) (this->*found->second)(event);
}

void ResponsesStream::take_item(const json::object& event) {
  const json::value* found = member(event, "item");
  if (found == nullptr || !found->is_object()) {
    note_fault(sample_, "response.output_item.added without an item");
    return;
  }
  const json::object& given = found->get_object();
  if (const json::value* at = member(event, "output_index"); at == nullptr) {
    if (!may_lack_index_) note_fault(sample_, "response.output_item.added without output_index");
  } else if (integer(*at) != static_cast<std::int64_t>(items_.size())) {
    note_fault(sample_, fmt::format("an item at output_index {} where {} is due", json_excerpt(*at), items_.size()));
  }
  Item item;
  item.type = text_field(given, "type", sample_);
  for (const std::string_view name : {"id", "call_id"}) {
    if (const auto id = text_field(given, name, sample_); !id.empty()) item.ids.emplace_back(id);
  }
  if (item.type == "function_call") {
    item.call = sample_.calls.size();
    sample_.calls.push_back(call_from(given, sample_));
    const ToolCall& call = sample_.calls.back();
    note_piece(sample_, Channel::call, call.name.size() + call.arguments.size(), now_ms_);
  }
  items_.push_back(std::move(item));
}

void ResponsesStream::take_part(const json::object& event) {
  // Thoughts have parts, too.
  if (const auto place = place_of(event)) items_[*place].has_part = true;
}

void ResponsesStream::take_text(const json::object& event) {
  Item* item = item_of(event, "text", "message");
  if (item == nullptr) return;
  if (!item->has_part) note_fault(sample_, "text before its content part was added");
  const std::string_view piece = delta_of(event);
  item->text += piece;
  sample_.text += piece;
  note_piece(sample_, Channel::text, piece.size(), now_ms_);
}

void ResponsesStream::take_thought(const json::object& event) {
  Item* item = item_of(event, "thoughts", "reasoning");
  if (item == nullptr) return;
  const std::string_view piece = delta_of(event);
  item->text += piece;
  sample_.reasoning += piece;
  note_piece(sample_, Channel::reasoning, piece.size(), now_ms_);
}

void ResponsesStream::take_arguments(const json::object& event) {
  Item* item = item_of(event, "arguments", "function_call");
  if (item == nullptr) return;
  const std::string_view piece = delta_of(event);
  sample_.calls[item->call].arguments += piece;
  note_piece(sample_, Channel::call, piece.size(), now_ms_);
}

void ResponsesStream::take_text_done(const json::object& event) {
  const Item* item = item_of(event, "the end of a text", "message");
  // A message of several parts has an end for each.
  if (item != nullptr && !item->text.ends_with(text_field(event, "text", sample_)))
    note_fault(sample_, "response.output_text.done does not say what the deltas said");
}

void ResponsesStream::take_arguments_done(const json::object& event) {
  const Item* item = item_of(event, "the end of arguments", "function_call");
  if (item != nullptr && sample_.calls[item->call].arguments != arguments_field(event, sample_))
    note_fault(sample_, "response.function_call_arguments.done does not say what the deltas said");
}

void ResponsesStream::take_item_done(const json::object& event) {
  const json::value* found = member(event, "item");
  if (found == nullptr || !found->is_object()) {
    note_fault(sample_, "response.output_item.done without an item");
    return;
  }
  const json::object& given = found->get_object();
  const auto place = place_of(event);
  if (!place || items_[*place].done) {
    note_fault(sample_, "an item is done that is not open");
    return;
  }
  Item& item = items_[*place];
  item.done = true;
  bool same = text_field(given, "type", sample_) == item.type;
  if (item.type == "function_call") {
    const ToolCall& call = sample_.calls[item.call];
    same = same && text_field(given, "name", sample_) == call.name && text_field(given, "call_id", sample_) == call.id &&
           arguments_field(given, sample_) == call.arguments;
  } else if (item.type == "message" || item.type == "reasoning") {
    same = same && item_text(given, item.type, sample_) == item.text;
  }
  if (!same) note_fault(sample_, fmt::format("response.output_item.done does not say what the deltas of its {} said", item.type));
}

void ResponsesStream::take_end(std::string_view type, const json::object& event) {
  terminated_ms_ = now_ms_;
  const json::value* found = member(event, "response");
  if (found == nullptr || !found->is_object()) {
    note_fault(sample_, fmt::format("{} without a response", type));
    return;
  }
  const json::object& response = found->get_object();
  if (const auto status = text_field(response, "status", sample_); type != fmt::format("response.{}", status))
    note_fault(sample_, fmt::format("{} with the status {}", type, excerpt(status)));
  if (type == "response.failed") {
    note_fault(sample_, "an error in the stream");
    sample_.error_body = error_text(*found);
    return;
  }
  RequestSample said;
  take_response(protocol_, response, said);
  for (const std::string& fault : said.protocol_faults) note_fault(sample_, fault);
  sample_.usage = said.usage;
  sample_.finish_reason = said.finish_reason;
  const auto open = std::count_if(items_.begin(), items_.end(), [](const Item& item) { return !item.done; });
  if (open > 0) note_fault(sample_, fmt::format("{} of {} items are not done at the end", open, items_.size()));
  compare_end(said);
}

void ResponsesStream::compare_end(const RequestSample& said) {
  if (said.text != sample_.text) note_fault(sample_, "the response at the end has another text than the deltas");
  if (said.reasoning != sample_.reasoning) note_fault(sample_, "the response at the end has other thoughts than the deltas");
  if (said.calls != sample_.calls) note_fault(sample_, "the response at the end has other calls than the deltas");
}

/// The open item of this type that the event is about; null, and a fault, where there is none.
ResponsesStream::Item* ResponsesStream::item_of(const json::object& event, std::string_view what, std::string_view type) {
  const auto place = place_of(event);
  if (place && !items_[*place].done && items_[*place].type == type) return &items_[*place];
  note_fault(sample_, fmt::format("{} of an item that is no open {}", what, type));
  return nullptr;
}

/// By output_index; where there is none by the item's id, and of a done event by its item's.
std::optional<std::size_t> ResponsesStream::place_of(const json::object& event) {
  if (const json::value* at = member(event, "output_index")) {
    const auto index = integer(*at);
    if (index && *index >= 0 && static_cast<std::size_t>(*index) < items_.size()) return static_cast<std::size_t>(*index);
    return std::nullopt;
  }
  if (!may_lack_index_) note_fault(sample_, fmt::format("{} without output_index", text_field(event, "type", sample_)));
  std::vector<std::string_view> ids{text_field(event, "item_id", sample_)};
  if (const json::value* item = member(event, "item"); item != nullptr && item->is_object()) {
    for (const std::string_view name : {"id", "call_id"}) ids.push_back(text_field(item->get_object(), name, sample_));
  }
  for (std::size_t i = 0; i < items_.size(); ++i) {
    for (const std::string_view id : ids) {
      if (!id.empty() && std::find(items_[i].ids.begin(), items_[i].ids.end(), id) != items_[i].ids.end()) return i;
    }
  }
  return std::nullopt;
}

std::string_view ResponsesStream::delta_of(const json::object& event) {
  if (member(event, "delta") == nullptr) note_fault(sample_, fmt::format("{} without delta", text_field(event, "type", sample_)));
  return text_field(event, "delta", sample_);
}

}  // namespace sweetspot
