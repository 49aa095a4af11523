#include "backends/chat_json.hpp"

#include "backends/printable.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

#include <fmt/format.h>
#include <boost/json/error.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace sweetspot {

namespace json = boost::json;
using ErrorCode = boost::system::error_code;

namespace {

constexpr std::size_t faults_kept = 50;
constexpr std::size_t quote_bytes = 120;
constexpr std::size_t error_bytes = 4000;
constexpr double exact_below = 9007199254740992.0;  // 2^53: RFC 7493, 2.2

json::parse_options strict();
const json::object* object_at(const json::value& document, const std::string& pointer);
std::string bytes_of(const json::object& entry);
std::optional<double> number(const json::value* value);
std::string text_of(const json::string& value) { return {value.data(), value.size()}; }

}  // namespace

JsonReader::JsonReader() : parser_(json::storage_ptr{}, strict()) {}

const json::value* JsonReader::read(std::string_view text, std::string& problem) {
  document_.reset();
  parser_.reset(&memory_);
  memory_.release();
  ErrorCode error;
  parser_.write(text.data(), text.size(), error);
  if (!error) return &document_.emplace(parser_.release());
  problem = error == json::error::too_deep ? fmt::format("nested more than {} deep", limits::json_depth)
            : valid_utf8(text)             ? "not JSON"
                                           : "not valid UTF-8";
  return nullptr;
}

void note_fault(RequestSample& sample, const std::string& sentence) {
  auto& faults = sample.protocol_faults;
  if (faults.size() >= faults_kept || std::find(faults.begin(), faults.end(), sentence) != faults.end()) return;
  faults.push_back(sentence);
}

void read_counters(const EngineDescriptor::Protocol& protocol, const json::value& document, RequestSample& sample) {
  if (const json::object* usage = object_at(document, protocol.usage_pointer)) {
    if (const auto count = count_field(*usage, "prompt_tokens", sample)) sample.usage.prompt_tokens = count;
    if (const auto count = count_field(*usage, "completion_tokens", sample)) sample.usage.completion_tokens = count;
    if (const auto count = count_field(*usage, "total_tokens", sample)) sample.usage.total_tokens = count;
    const json::value* details = member(*usage, "prompt_tokens_details");
    if (details != nullptr && details->is_object()) {
      if (const auto count = count_field(details->get_object(), "cached_tokens", sample)) sample.usage.cached_tokens = count;
    }
  }
  const json::object* timings = object_at(document, protocol.timings_pointer);
  if (timings == nullptr) return;
  const auto value = [&](const char* ours) -> const json::value* {
    const auto theirs = protocol.timings.find(ours);
    return theirs == protocol.timings.end() ? nullptr : member(*timings, theirs->second);
  };
  const auto take_ms = [&](const char* ours, std::optional<double>& to) {
    if (const auto ms = number(value(ours))) to = ms;
  };
  const auto take_count = [&](const char* ours, std::optional<std::int64_t>& to) {
    ErrorCode error;
    const json::value* found = value(ours);
    if (found == nullptr) return;
    if (const auto count = found->to_number<std::int64_t>(error); !error) to = count;
  };
  take_ms("prompt_ms", sample.timings.prompt_ms);
  take_ms("predicted_ms", sample.timings.predicted_ms);
  take_count("prompt_n", sample.timings.prompt_n);
  take_count("predicted_n", sample.timings.predicted_n);
  take_count("cache_n", sample.timings.cache_n);
  take_count("draft_n", sample.timings.draft_n);
  take_count("draft_n_accepted", sample.timings.draft_n_accepted);
}

std::string error_text(const json::value& document) {
  const json::value* error = document.is_object() ? member(document.get_object(), "error") : nullptr;
  if (error == nullptr) return {};
  const std::string text = error->is_string() ? text_of(error->get_string()) : json::serialize(*error);
  return shortened(printable(text), error_bytes);
}

void take_finish_reason(const json::object& choice, RequestSample& sample) {
  const std::string_view reason = text_field(choice, "finish_reason", sample);
  if (reason.empty()) return;
  if (!sample.finish_reason.empty()) note_fault(sample, "finish_reason came twice");
  static constexpr std::string_view known[] = {"stop", "length", "tool_calls", "content_filter", "function_call"};
  if (std::find(std::begin(known), std::end(known), reason) == std::end(known)) {
    note_fault(sample, fmt::format("unknown finish_reason {}", excerpt(reason)));
  }
  sample.finish_reason = reason;
}

bool is_first_choice(const json::object& choice, RequestSample& sample) {
  const json::value* index = choice.if_contains("index");
  if (index == nullptr || (index->is_number() && index->to_number<double>() == 0)) return true;
  note_fault(sample, fmt::format("a choice has index {}", json_excerpt(*index)));
  return false;
}

const json::value* member(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  return found != nullptr && !found->is_null() ? found : nullptr;
}

std::string_view text_field(const json::object& object, std::string_view name, RequestSample& sample) {
  const json::value* found = member(object, name);
  if (found == nullptr) return {};
  if (found->is_string()) return found->get_string();
  note_fault(sample, fmt::format("{} is no string but {}", name, json_excerpt(*found)));
  return {};
}

std::string_view reasoning_of(const EngineDescriptor::Protocol& protocol, const json::object& object, RequestSample& sample) {
  std::string_view names = protocol.reasoning_field;
  while (!names.empty()) {
    const auto end = std::min(names.find('|'), names.size());
    const std::string_view thoughts = text_field(object, names.substr(0, end), sample);
    if (!thoughts.empty()) return thoughts;
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return {};
}

std::string arguments_field(const json::object& function, RequestSample& sample) {
  const json::value* found = member(function, "arguments");
  if (found == nullptr) return {};
  if (found->is_string()) return text_of(found->get_string());
  note_fault(sample, "tool call arguments are no string");
  return json::serialize(*found);
}

TokenRecord token_record(const json::value& entry) {
  TokenRecord record;
  if (!entry.is_object()) return record;
  // A probability that JSON cannot write (zero has the logarithm minus infinity) comes as null.
  const auto logprob = [](const json::object& object) {
    return number(member(object, "logprob")).value_or(-std::numeric_limits<double>::infinity());
  };
  const auto id = [](const json::object& object) {
    const json::value* found = member(object, "id");
    return found != nullptr ? integer(*found).value_or(-1) : -1;
  };
  const json::object& token = entry.get_object();
  record.id = id(token);
  record.bytes = bytes_of(token);
  record.logprob = logprob(token);
  const json::value* top = member(token, "top_logprobs");
  if (top == nullptr || !top->is_array()) return record;
  for (const json::value& other : top->get_array()) {
    const json::object* alternative = other.if_object();
    if (alternative != nullptr) record.top.push_back({id(*alternative), bytes_of(*alternative), logprob(*alternative)});
  }
  std::stable_sort(record.top.begin(), record.top.end(),
                   [](const TokenAlternative& a, const TokenAlternative& b) { return a.logprob > b.logprob; });
  return record;
}

const json::value* answer_object(JsonReader& reader, std::string_view body, RequestSample& sample) {
  std::string problem = "no JSON object";
  const json::value* document = reader.read(body, problem);
  if (document == nullptr || !document->is_object()) {
    note_fault(sample, fmt::format("the answer is {}: {}", problem, excerpt(body)));
    return nullptr;
  }
  if (auto error = error_text(*document); !error.empty()) {
    note_fault(sample, "an error under HTTP 200");
    sample.error_body = std::move(error);
  }
  return document;
}

const json::value* event_object(JsonReader& reader, std::string_view data, RequestSample& sample) {
  std::string problem;
  const json::value* document = reader.read(data, problem);
  if (document == nullptr) {
    note_fault(sample, fmt::format("an event is {}: {}", problem, excerpt(data)));
  } else if (!document->is_object()) {
    note_fault(sample, fmt::format("an event is no JSON object: {}", excerpt(data)));
    return nullptr;
  }
  return document;
}

void note_stream_error(RequestSample& sample, std::string error) {
  note_fault(sample, "an error in the stream");
  if (sample.error_body.empty()) sample.error_body = std::move(error);
}

std::optional<std::int64_t> count_field(const json::object& object, std::string_view name, RequestSample& sample) {
  const json::value* found = member(object, name);
  if (found == nullptr) return std::nullopt;
  const auto count = integer(*found);
  if (!count) note_fault(sample, fmt::format("usage {} is no integer", name));
  if (!count || *count >= 0) return count;
  note_fault(sample, fmt::format("usage {} is negative: {}", name, *count));
  return std::nullopt;
}

void note_piece(RequestSample& sample, Channel channel, std::size_t bytes, double now_ms) {
  if (bytes == 0) return;
  if (!sample.finish_reason.empty()) note_fault(sample, "text after the reason for which it ended");
  const auto first = [&](std::optional<double>& time) {
    if (!time) time = now_ms;
  };
  first(sample.first_token_ms);
  first(channel == Channel::reasoning ? sample.first_reasoning_ms
        : channel == Channel::text    ? sample.first_content_ms
                                      : sample.first_tool_ms);
  sample.last_token_ms = now_ms;
  sample.chunks.push_back({now_ms, static_cast<std::int64_t>(bytes)});
}

std::optional<std::int64_t> integer(const json::value& value) {
  if (value.is_int64()) return value.get_int64();
  if (!value.is_double()) return std::nullopt;
  const double number = value.get_double();
  if (std::trunc(number) != number || std::abs(number) >= exact_below) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

std::string json_text_of(const json::value& value) { return json::serialize(value); }

std::string excerpt(std::string_view bytes) {
  return fmt::format("\"{}\"", shortened(printable(bytes.substr(0, 4 * quote_bytes)), quote_bytes));
}

std::string json_excerpt(const json::value& value) { return excerpt(json::serialize(value)); }

namespace {

/// Numbers with a fraction are read exactly by a Boost that offers to; by 1.81 they are good to 15 digits.
template <typename Options>
Options precise(Options options) {
  if constexpr (requires { options.numbers; }) options.numbers = decltype(options.numbers)::precise;
  return options;
}

json::parse_options strict() {
  json::parse_options options;
  options.max_depth = limits::json_depth;
  return precise(options);
}

const json::object* object_at(const json::value& document, const std::string& pointer) {
  if (pointer.empty()) return nullptr;
  ErrorCode error;
  const json::value* found = document.find_pointer(pointer, error);
  return found != nullptr ? found->if_object() : nullptr;
}

/// Finite: Boost reads 1e400 as infinity.
std::optional<double> number(const json::value* value) {
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const auto result = value->to_number<double>();
  return std::isfinite(result) ? std::optional{result} : std::nullopt;
}

/// From "bytes", which is exact; "token" stands in where a server leaves them out.
std::string bytes_of(const json::object& entry) {
  const json::value* bytes = member(entry, "bytes");
  if (bytes == nullptr || !bytes->is_array()) {
    const json::value* token = member(entry, "token");
    return token != nullptr && token->is_string() ? text_of(token->get_string()) : std::string{};
  }
  std::string result;
  for (const json::value& byte : bytes->get_array()) {
    if (const auto number = integer(byte)) result += static_cast<char>(static_cast<unsigned char>(*number));
  }
  return result;
}

}  // namespace

}  // namespace sweetspot
