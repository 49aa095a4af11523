#include "backends/messages_reader.hpp"

#include "backends/chat_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sweetspot {

namespace json = boost::json;

namespace {

/// Anthropic counts what was cached apart from what was read.
void take_usage(const json::object& owner, RequestSample& sample) {
  const json::value* found = member(owner, "usage");
  const json::object* usage = found == nullptr ? nullptr : found->if_object();
  if (usage == nullptr) return;
  const auto cached = count_field(*usage, "cache_read_input_tokens", sample);
  const auto written = count_field(*usage, "cache_creation_input_tokens", sample);
  if (const auto read = count_field(*usage, "input_tokens", sample))
    sample.usage.prompt_tokens = *read + cached.value_or(0) + written.value_or(0);
  if (cached) sample.usage.cached_tokens = cached;
  if (const auto count = count_field(*usage, "output_tokens", sample)) sample.usage.completion_tokens = count;
}

void take_stop_reason(const json::object& owner, RequestSample& sample) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> known{
      {{"end_turn", "stop"},
       {"stop_sequence", "stop"},
       {"max_tokens", "length"},
       {"model_context_window_exceeded", "length"},
       {"tool_use", "tool_calls"},
       {"refusal", "content_filter"}}};
  const std::string_view reason = text_field(owner, "stop_reason", sample);
  if (reason.empty()) return;
  const auto found = std::find_if(known.begin(), known.end(), [&](const auto& entry) { return entry.first == reason; });
  if (found == known.end()) note_fault(sample, fmt::format("unknown stop_reason {}", excerpt(reason)));
  if (!sample.finish_reason.empty()) note_fault(sample, "stop_reason came twice");
  sample.finish_reason = found == known.end() ? reason : found->second;
}

void check_word(const json::object& owner, std::string_view field, std::string_view wanted, RequestSample& sample) {
  if (const auto word = text_field(owner, field, sample); word != wanted)
    note_fault(sample, fmt::format("{} is {}", field, excerpt(word)));
}

/// The input of a tool_use as text, nothing where there is none; what is no object is a fault.
std::string input_of(const json::object& block, RequestSample& sample) {
  const json::value* input = member(block, "input");
  if (input == nullptr) return {};
  if (!input->is_object()) note_fault(sample, fmt::format("the input of a tool_use is no object but {}", json_excerpt(*input)));
  return json_text_of(*input);
}

ToolCall call_from(const json::object& block, RequestSample& sample) {
  ToolCall call;
  call.index = static_cast<int>(sample.calls.size());
  call.id = text_field(block, "id", sample);
  call.type = "function";
  call.name = text_field(block, "name", sample);
  return call;
}

void take_whole_block(const json::object& block, RequestSample& sample) {
  const std::string_view type = text_field(block, "type", sample);
  if (type == "text") {
    sample.text += text_field(block, "text", sample);
  } else if (type == "thinking") {
    sample.reasoning += text_field(block, "thinking", sample);
  } else if (type == "tool_use") {
    ToolCall call = call_from(block, sample);
    call.arguments = input_of(block, sample);
    if (call.arguments.empty()) note_fault(sample, "a tool_use without input");
    sample.calls.push_back(std::move(call));
  }
}

}  // namespace

void read_messages_answer(const EngineDescriptor::Protocol& protocol, const std::string& body, RequestSample& sample) {
  JsonReader reader;
  const json::value* answer = answer_object(reader, body, sample);
  if (answer == nullptr || !sample.error_body.empty()) return;
  const json::object& message = answer->get_object();
  check_word(message, "type", "message", sample);
  check_word(message, "role", "assistant", sample);
  take_usage(message, sample);
  if (!protocol.usage_pointer.empty() && !sample.usage.completion_tokens) note_fault(sample, "no usage");
  take_stop_reason(message, sample);
  if (sample.finish_reason.empty()) note_fault(sample, "no stop_reason");
  const json::value* content = member(message, "content");
  if (content == nullptr || !content->is_array()) {
    note_fault(sample, "content is no array");
    return;
  }
  for (const json::value& block : content->get_array()) {
    if (block.is_object()) {
      take_whole_block(block.get_object(), sample);
    } else {
      note_fault(sample, "a content block is no object");
    }
  }
}

MessagesStream::MessagesStream(const EngineDescriptor::Protocol& protocol)
    : counts_(!protocol.usage_pointer.empty()),
      may_stay_open_(protocol.apis.contains(Api::messages) && protocol.apis.at(Api::messages).liberties.contains("open_blocks")) {
}

void MessagesStream::feed(std::string_view bytes, double at_ms) {
  now_ms_ = at_ms;
  parser_.feed(bytes, [this](const SseEvent& event) { take_event(event); });
}

void MessagesStream::finish() {
  if (const auto rest = parser_.unterminated(); !rest.empty())
    note_fault(sample_, fmt::format("the last event is cut off: {}", excerpt(rest)));
  if (sample_.finish_reason.empty()) note_fault(sample_, "no stop_reason at the end");
  if (!terminated_ms_) note_fault(sample_, "no message_stop at the end");
  if (counts_ && !sample_.usage.completion_tokens) note_fault(sample_, "no usage");
}

void MessagesStream::take_event(const SseEvent& event) {
  if (terminated_ms_) {
    note_fault(sample_, fmt::format("an event after message_stop: {}", excerpt(event.data)));
    return;
  }
  const json::value* document = event_object(reader_, event.data, sample_);
  if (document == nullptr) return;
  if (auto error = error_text(*document); !error.empty()) return note_stream_error(sample_, std::move(error));
  const json::object& object = document->get_object();
  const std::string_view type = text_field(object, "type", sample_);
  // Anthropic's own clients go by the name, and pass over an event that has none.
  if (event.event != type)
    note_fault(sample_, fmt::format("an event of type {} has the name {}", excerpt(type), excerpt(event.event)));
  take_type(type, object);
}

void MessagesStream::take_type(std::string_view type, const json::object& event) {
  using Take = void (MessagesStream::*)(const json::object&);
  static constexpr std::array<std::pair<std::string_view, Take>, 5> known{{{"message_start", &MessagesStream::take_start},
                                                                           {"content_block_start", &MessagesStream::take_block},
                                                                           {"content_block_delta", &MessagesStream::take_delta},
                                                                           {"content_block_stop", &MessagesStream::take_stop},
                                                                           {"message_delta", &MessagesStream::take_end}}};
  const bool stops = type == "message_stop";
  const auto found = std::find_if(known.begin(), known.end(), [&](const auto& entry) { return entry.first == type; });
  if (!stops && found == known.end()) return;  // ping, and what is yet to come
  if (!started_ && type != "message_start") note_fault(sample_, fmt::format("{} before message_start", type));
  if (!stops) return (this->*found->second)(event);
  terminated_ms_ = now_ms_;
  for (const auto& [index, block] : blocks_) {
    if (block.open) note_fault(sample_, fmt::format("content block {} is not stopped", index));
  }
}

void MessagesStream::take_start(const json::object& event) {
  if (started_) note_fault(sample_, "message_start came twice");
  started_ = true;
  const json::value* message = member(event, "message");
  if (message == nullptr || !message->is_object()) {
    note_fault(sample_, "message_start without a message");
    return;
  }
  check_word(message->get_object(), "type", "message", sample_);
  check_word(message->get_object(), "role", "assistant", sample_);
  take_usage(message->get_object(), sample_);
  sample_.usage.completion_tokens.reset();  // so far: the last word is message_delta's
}

void MessagesStream::take_block(const json::object& event) {
  const json::value* found = member(event, "content_block");
  const json::value* at = member(event, "index");
  const auto index = at == nullptr ? std::nullopt : integer(*at);
  if (found == nullptr || !found->is_object() || !index) {
    note_fault(sample_, "content_block_start without index or content_block");
    return;
  }
  if (*index != static_cast<std::int64_t>(blocks_.size()))
    note_fault(sample_, fmt::format("content block {} starts where {} is due", *index, blocks_.size()));
  const auto open = std::find_if(blocks_.begin(), blocks_.end(), [](const auto& entry) { return entry.second.open; });
  if (open != blocks_.end() && !may_stay_open_)
    note_fault(sample_, fmt::format("content block {} starts before {} is stopped", *index, open->first));
  const json::object& start = found->get_object();
  Block block;
  block.type = text_field(start, "type", sample_);
  if (block.type == "text") {
    add(Channel::text, sample_.text, text_field(start, "text", sample_));
  } else if (block.type == "thinking") {
    add(Channel::reasoning, sample_.reasoning, text_field(start, "thinking", sample_));
  } else if (block.type == "tool_use") {
    block.call = sample_.calls.size();
    block.input = input_of(start, sample_);
    sample_.calls.push_back(call_from(start, sample_));
    note_piece(sample_, Channel::call, sample_.calls.back().name.size(), now_ms_);
  }
  blocks_[*index] = std::move(block);
}

void MessagesStream::take_delta(const json::object& event) {
  Block* block = block_of(event, "a delta");
  const json::value* delta = member(event, "delta");
  if (block == nullptr) return;
  if (delta != nullptr && delta->is_object()) {
    fill(*block, delta->get_object());
  } else {
    note_fault(sample_, "a delta is no object");
  }
}

void MessagesStream::fill(Block& block, const json::object& delta) {
  struct Row {
    std::string_view delta, field, block;
  };
  static constexpr std::array<Row, 4> rows{{{"text_delta", "text", "text"},
                                            {"thinking_delta", "thinking", "thinking"},
                                            {"signature_delta", "signature", "thinking"},
                                            {"input_json_delta", "partial_json", "tool_use"}}};
  const std::string_view type = text_field(delta, "type", sample_);
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const Row& entry) { return entry.delta == type; });
  if (row == rows.end()) return;
  if (row->block != block.type) {
    note_fault(sample_, fmt::format("a {} in a block of type {}", type, excerpt(block.type)));
    return;
  }
  if (member(delta, row->field) == nullptr) note_fault(sample_, fmt::format("a {} without {}", type, row->field));
  const std::string_view piece = text_field(delta, row->field, sample_);
  if (type == "text_delta") add(Channel::text, sample_.text, piece);
  if (type == "thinking_delta") add(Channel::reasoning, sample_.reasoning, piece);
  if (type == "input_json_delta") add(Channel::call, sample_.calls[block.call].arguments, piece);
}

void MessagesStream::take_stop(const json::object& event) {
  Block* block = block_of(event, "a stop");
  if (block == nullptr) return;
  block->open = false;
  if (block->type != "tool_use") return;
  // Without any delta what the start says is all of it.
  std::string& arguments = sample_.calls[block->call].arguments;
  if (arguments.empty()) arguments = block->input.empty() ? "{}" : block->input;
}

void MessagesStream::take_end(const json::object& event) {
  take_usage(event, sample_);
  const json::value* delta = member(event, "delta");
  if (delta != nullptr && delta->is_object()) {
    take_stop_reason(delta->get_object(), sample_);
  } else {
    note_fault(sample_, "message_delta without a delta");
  }
}

/// The open block of the event's index; null, and a fault, where there is none.
MessagesStream::Block* MessagesStream::block_of(const json::object& event, std::string_view what) {
  const json::value* at = member(event, "index");
  const auto index = at == nullptr ? std::nullopt : integer(*at);
  const auto found = index ? blocks_.find(*index) : blocks_.end();
  if (found != blocks_.end() && found->second.open) return &found->second;
  const std::string named = at == nullptr ? "no index" : fmt::format("index {}", json_excerpt(*at));
  note_fault(sample_, fmt::format("{} of a content block that is not open: {}", what, named));
  return nullptr;
}

void MessagesStream::add(Channel channel, std::string& to, std::string_view text) {
  to += text;
  note_piece(sample_, channel, text.size(), now_ms_);
}

}  // namespace sweetspot
